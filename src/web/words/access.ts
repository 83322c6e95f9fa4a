// PURE: what is said at the door.
import type { Language } from '../language.ts';
import type { Objection } from '../objection.ts';

/** The form for the password, and what may be wrong with it. */
export interface AccessWords {
  readonly title: string;
  readonly password: string;
  readonly enter: string;
  readonly wrong: string;
  readonly busy: string;
  readonly form: string;
  readonly signIn: string;
  /** For another user of this machine, where there is no password. */
  readonly otherUser: string;
  readonly otherUserText: string;
  readonly otherUserCure: string;
  /** `seconds`: at least 1. */
  wait(seconds: number): string;
  readonly objections: Readonly<Record<Objection['why'], string>>;
}

export const accessWords: Readonly<Record<Language, AccessWords>> = {
  en: {
    title: 'Sign in',
    password: 'Password',
    enter: 'Sign in',
    wrong: 'That is not the password.',
    busy: 'Too many are signing in at this moment. Try again in a few seconds.',
    form: 'This form is no longer valid, because mailkeep was restarted or you signed out. Go back, reload the page, and try again.',
    signIn: 'You are signed out. Reload the page to sign in.',
    otherUser: 'Not open to you',
    otherUserText:
      'This page has no password, so it opens only for the user of this machine who runs mailkeep, and for root.',
    otherUserCure:
      'To open it for whoever knows a password, set one in the configuration, such as `web: { listen: 127.0.0.1:8025, password: { file: /etc/mailkeep/page-password } }`, and reload the service.',
    wait: (seconds) =>
      seconds < 90
        ? `Too many wrong passwords. Try again in ${seconds} s.`
        : `Too many wrong passwords. Try again in ${Math.ceil(seconds / 60)} minutes.`,
    objections: {
      target: 'This address is too long, or is none.',
      host: 'This page is not known by that name. If it is reached by a name, or through a proxy, set web.address in the configuration, such as https://mail.example.org.',
      method: 'This page takes GET, HEAD and POST.',
      elsewhere: 'This was asked for by a page of another site, and is refused.',
    },
  },
  zh: {
    title: '登录',
    password: '密码',
    enter: '登录',
    wrong: '密码不对。',
    busy: '此刻登录的人太多，请几秒钟后再试。',
    form: '此表单已失效：mailkeep 重新启动过，或者您已退出登录。请返回，刷新页面后再试。',
    signIn: '您已退出登录。请刷新页面重新登录。',
    otherUser: '不对您开放',
    otherUserText: '本页没有设置密码，因此只对本机上运行 mailkeep 的用户和 root 开放。',
    otherUserCure:
      '若要凭密码打开，请在配置中设置密码，例如 `web: { listen: 127.0.0.1:8025, password: { file: /etc/mailkeep/page-password } }`，然后让服务重新载入配置。',
    wait: (seconds) =>
      seconds < 90
        ? `密码错误次数过多，请 ${seconds} 秒后再试。`
        : `密码错误次数过多，请 ${Math.ceil(seconds / 60)} 分钟后再试。`,
    objections: {
      target: '地址太长，或者不是地址。',
      host: '本页不认识这个名字。若经由域名或代理访问，请在配置中设置 web.address，例如 https://mail.example.org。',
      method: '本页只接受 GET、HEAD 和 POST。',
      elsewhere: '此请求来自其他网站的页面，已拒绝。',
    },
  },
};
