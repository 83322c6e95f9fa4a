// PURE: what is no failure, and a person must know all the same: mail that a provider does not show, what the configuration
// asks for and the server cannot do, and what will fail some day. Sentences as data, and beside them when they are due.
import { chineseName, presetOfHost } from '../config/presets.ts';
import type { Endpoint, Receive } from '../model/account.ts';
import type { Hint } from '../model/hint.ts';
import type { Folder } from '../model/mailbox.ts';
import { mayBeLimited } from '../receive/all-mail.ts';
import { fits } from '../receive/choose.ts';

/** A certificate is renewed by now where somebody looks after it. Days. */
const SOON = 14;
/** Names of folders that are shown for one that does not fit. */
const FEW = 5;

/** What is known of a connection. */
export interface Reached {
  /** Whole days until its certificate ends; null without TLS. */
  readonly days: number | null;
  /** `TLSv1.3`; null without TLS. */
  readonly version: string | null;
  readonly loopback: boolean;
}

/** What is to be said of the connection. */
export function notesOfConnection({ tlsOld }: Endpoint, { days, version, loopback }: Reached): Hint[] {
  const notes: Hint[] = [];
  if (version === null) return loopback ? [] : [IN_CLEAR];
  const weak = /^(SSL|TLSv1(\.1)?$)/.test(version);
  if (weak) notes.push(weakTls(version));
  else if (tlsOld === true) notes.push(notOld(version));
  if (days !== null && days < SOON) notes.push(endsSoon(days));
  return notes;
}

/** What is known of an account's folders. */
export interface Found {
  readonly folders: readonly Folder[];
  /** How many messages All Mail (Gmail) shows; null where there is no such folder, or it is not open. */
  readonly allMail: number | null;
  /** The argument of a capability, '' where it has none; undefined: the server does not offer it. */
  readonly tells: (word: string) => string | undefined;
  /** Why nothing can be deleted; undefined: it can, or is not asked for. */
  readonly unfit: string | undefined;
}

/** What is to be said of receiving. */
export function notesOfReceiving(receive: Receive, found: Found): Hint[] {
  const preset = presetOfHost(receive.host);
  const window = receive.protocol === 'pop3' ? preset?.pop3Window : preset?.imapWindow;
  const most = preset?.connections ?? Infinity;
  const delay = Number(/^\d{1,6}/.exec(found.tells('LOGIN-DELAY') ?? '')?.[0] ?? 0);
  return [
    ...(window === undefined ? [] : [window]),
    ...gmail(receive, found),
    ...rules(receive, found.folders),
    ...(found.unfit === undefined ? [] : [noDeletion(found.unfit)]),
    ...(receive.connections > most ? [tooMany(preset?.provider ?? '', most)] : []),
    ...(receive.protocol === 'imap' && receive.push && found.tells('IDLE') === undefined ? [NO_PUSH] : []),
    ...(delay > 0 ? [loginDelay(delay)] : []),
  ];
}

function gmail({ protocol }: Receive, { folders, allMail, tells }: Found): Hint[] {
  if (protocol !== 'imap' || tells('X-GM-EXT-1') === undefined) return [];
  const shown = folders.some((folder) => fits(folder, '\\All'));
  if (!shown) return [ALL_MAIL_HIDDEN];
  return allMail !== null && mayBeLimited(allMail) ? [limited(allMail)] : [];
}

/** Rules that fit no folder. */
function rules({ folders: { include, exclude } }: Receive, folders: readonly Folder[]): Hint[] {
  const names = folders.slice(0, FEW).map(({ name }) => name);
  const list = names.join(', ') + (folders.length > FEW ? ' …' : '');
  const idle = (key: string, globs: readonly string[]): Hint[] =>
    globs
      .filter((glob) => !folders.some((folder) => fits(folder, glob)))
      .map((glob) => fitsNothing(`folders.${key} "${glob}"`, list));
  return [...idle('include', include), ...idle('exclude', exclude)];
}

const NO_PUSH: Hint = {
  en: 'The server offers no push (IDLE): new mail comes at the times of schedule:, and push: has no effect.',
  zh: '服务器不支持推送（IDLE）：新邮件按 schedule: 的时间收取，push: 不起作用。',
};
const ALL_MAIL_HIDDEN: Hint = {
  en: 'All Mail is hidden, so that archived mail is not fetched: in Gmail open Settings > Labels and tick "Show in IMAP" at All Mail.',
  zh: '“所有邮件”没有在 IMAP 中显示，已归档的邮件收不到：请在 Gmail 的“设置 > 标签”中勾选“所有邮件”的“在 IMAP 中显示”。',
};
const IN_CLEAR: Hint = {
  en: 'Without TLS anybody on the way reads password and mail: set tls: implicit or tls: starttls where the server has it.',
  zh: '没有加密，路上任何人都能读到密码和邮件：服务器支持时请设置 tls: implicit 或 tls: starttls。',
};
const limited = (exists: number): Hint => ({
  en: `All Mail shows just ${exists} messages: see that Gmail's Settings > Forwarding and POP/IMAP > Folder size limits does not limit it.`,
  zh: `“所有邮件”正好显示 ${exists} 封：请检查 Gmail 的“设置 > 转发和 POP/IMAP > 文件夹大小限制”是否限制了数量。`,
});
const fitsNothing = (rule: string, list: string): Hint => ({
  en: `${rule} fits no folder; the server has ${list}.`,
  zh: `${rule} 没有匹配到任何文件夹；服务器上有：${list}。`,
});
const noDeletion = (why: string): Hint => ({
  en: `delete: has no effect here, and nothing is deleted: ${why}.`,
  zh: `delete: 在这里不起作用，不会删除任何邮件：${why}。`,
});
const tooMany = (provider: string, most: number): Hint => ({
  en: `${provider} bears ${most === 1 ? 'one connection' : `${most} connections`} for an account: set connections: ${most} under receive:.`,
  zh: `${chineseName(provider)}每个账户只宜同时打开 ${most} 个连接：请在 receive: 下设置 connections: ${most}。`,
});
const loginDelay = (seconds: number): Hint => ({
  en: `The server wants ${seconds} seconds between two logins (LOGIN-DELAY); a shorter schedule: is held back to that.`,
  zh: `服务器要求两次登录至少间隔 ${seconds} 秒（LOGIN-DELAY）；更短的 schedule: 会自动放慢。`,
});
const endsSoon = (days: number): Hint => ({
  en: `The certificate ${days < 0 ? 'has ended' : `ends in ${days} days`} and should be renewed by now: tell the operator of the server.`,
  zh: `服务器证书${days < 0 ? '已过期' : `还有 ${days} 天到期`}：请提醒服务器管理员更新。`,
});
const weakTls = (version: string): Hint => ({
  en: `The server speaks ${version}, which others may break: ask its operator for TLS 1.2 or later.`,
  zh: `服务器只用 ${version}，容易被破解：请让服务器管理员升级到 TLS 1.2 以上。`,
});
const notOld = (version: string): Hint => ({
  en: `The server speaks ${version}: try it without tlsOld: true, which lets weak TLS in.`,
  zh: `服务器已支持 ${version}：请试着去掉 tlsOld: true，它会放行不安全的 TLS。`,
});
