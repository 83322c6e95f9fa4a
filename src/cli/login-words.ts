// PURE: what `login` says, in English and in Chinese.
import type { Language } from '../web/language.ts';
import { count } from './words.ts';

/** The words of one language. */
export interface LoginWords {
  readonly signIn: (account: string, provider: string, user: string) => string;
  readonly time: (minutes: number) => string;
  readonly waiting: string;
  readonly noCode: string;
  readonly noAddress: string;
  readonly device: (page: string, code: string) => readonly string[];
  readonly browser: (page: string) => readonly string[];
  readonly copy: (page: string, bring: 'code' | 'address') => readonly string[];
  readonly signedIn: (provider: string, user: string) => string;
  readonly now: string;
  readonly renewed: string;
  readonly notRenewed: (provider: string, expires: string) => string;
  readonly goesOn: string;
  readonly tests: string;
  readonly fetches: string;
}

const EN: LoginWords = {
  signIn: (account, provider, user) => `Account "${account}": sign in at ${provider} as ${user}`,
  time: (minutes) => `There are ${count(minutes, 'minute')} for it; Ctrl-C stops, and changes nothing.`,
  waiting: 's: waiting for the sign-in',
  noCode: 'That is no code; paste what the page shows.',
  noAddress:
    'That is no address of this sign-in; paste the whole address of the last page, which begins with http.',
  device: (page, code) => [`1. Open on any device:  ${page}`, `2. Enter the code:      ${code}`],
  browser: (page) => [
    'A browser opens; if none does, open this page in one on this machine:',
    page,
    'Should its last page not load, paste the address of that page here, and press Enter.',
  ],
  copy: (page, bring) => [
    '1. Open in any browser, and sign in:',
    `   ${page}`,
    bring === 'code'
      ? '2. Paste the code that it shows here, and press Enter.'
      : '2. Its last page does not load on another machine: paste the address of that page here, and press Enter.',
  ],
  signedIn: (provider, user) => `Signed in at ${provider} as ${user}.`,
  now: 'What happens now',
  renewed: 'The token is renewed by itself; you sign in again only if mailkeep says so.',
  notRenewed: (provider, expires) =>
    `${provider} gave nothing to renew the token by: you have to sign in again at ${expires}.`,
  goesOn: 'A running service goes on at its next run.',
  tests: 'tests the account at its servers',
  fetches: 'fetches its mail now',
};

const ZH: LoginWords = {
  signIn: (account, provider, user) => `账户“${account}”：请以 ${user} 的身份在 ${provider} 登录`,
  time: (minutes) => `有 ${minutes} 分钟时间；按 Ctrl-C 停止，不会改变任何东西。`,
  waiting: '秒：等待登录',
  noCode: '这不是代码；请粘贴网页上显示的代码。',
  noAddress: '这不是这次登录的地址；请粘贴最后一个网页的完整地址（以 http 开头）。',
  device: (page, code) => [`1. 用任何设备打开：${page}`, `2. 输入代码：      ${code}`],
  browser: (page) => [
    '浏览器会自动打开；如果没有，请在本机的浏览器中打开：',
    page,
    '如果最后一个网页打不开，请把它的地址粘贴到这里，然后按回车。',
  ],
  copy: (page, bring) => [
    '1. 用任何浏览器打开并登录：',
    `   ${page}`,
    bring === 'code'
      ? '2. 把网页上显示的代码粘贴到这里，然后按回车。'
      : '2. 最后一个网页在别的机器上打不开：请把它的地址粘贴到这里，然后按回车。',
  ],
  signedIn: (provider, user) => `已在 ${provider} 以 ${user} 的身份登录。`,
  now: '接下来',
  renewed: '令牌会自动续期；只有 mailkeep 提示时才需要重新登录。',
  notRenewed: (provider, expires) => `${provider} 没有给出续期的凭据：${expires} 之后须重新登录。`,
  goesOn: '运行中的服务会在下次运行时继续。',
  tests: '测试该账户的服务器',
  fetches: '立即收取邮件',
};

export const loginWords: Readonly<Record<Language, LoginWords>> = { en: EN, zh: ZH };
