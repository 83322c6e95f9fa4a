// PURE: how a person gets a client id for OAuth2 at a known provider, as data.
import type { Hint } from '../model/hint.ts';
import type { KnownProvider } from './preset.ts';

/** One sentence: how a person gets a client id at a known provider. */
export function registeringAt(provider: KnownProvider): Hint {
  return REGISTERING[provider];
}

/** How a person gets a client id of their own. */
const REGISTERING: Readonly<Record<KnownProvider, Hint>> = {
  microsoft: {
    en: 'register an application at entra.microsoft.com (App registrations; accounts in any directory and personal accounts; platform "Mobile and desktop applications" with http://localhost; "Allow public client flows": yes) and write its application (client) id to oauth2.clientId',
    zh: '请在 entra.microsoft.com 注册应用（应用注册；任意目录和个人账户；平台选“移动和桌面应用程序”，重定向 http://localhost；“允许公共客户端流”选“是”），把应用程序（客户端）ID 写入 oauth2.clientId',
  },
  google: {
    en: 'create an OAuth client of the type "Desktop app" at console.cloud.google.com (APIs & Services > Credentials), publish the app under its OAuth consent screen, and write its id and secret to oauth2.clientId and oauth2.clientSecret',
    zh: '请在 console.cloud.google.com 新建“桌面应用”类型的 OAuth 客户端（APIs & Services > Credentials）并发布，把其 ID 和密钥写入 oauth2.clientId 和 oauth2.clientSecret',
  },
  yahoo: {
    en: 'create an app at developer.yahoo.com/apps whose access to mail Yahoo has approved, and write its client id and secret to oauth2.clientId and oauth2.clientSecret (an app password needs no app)',
    zh: '请在 developer.yahoo.com/apps 新建应用并由 Yahoo 批准其访问邮件，把 client id 和密钥写入 oauth2.clientId 和 oauth2.clientSecret（用应用密码则不需要应用）',
  },
};
