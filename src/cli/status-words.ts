// PURE: what `status` says, in English and in Chinese; the Chinese is that of the page, where the page says the same.
import type { AccountState } from '../service/account-facts.ts';
import type { Language } from '../web/language.ts';
import { statusWords as ofPage } from '../web/words/status.ts';
import { amount as n } from '../runtime/amount.ts';
import { count } from './words.ts';

/** The words of one language. Figures come as text where they may be coloured. */
export interface StatusWords {
  readonly head: readonly string[];
  readonly states: Readonly<Record<AccountState, string>>;
  readonly row: (row: {
    readonly name: string;
    readonly state: string;
    readonly last: string;
    readonly stored: string;
    readonly pending: string;
    readonly poisoned: string;
    readonly next: string;
  }) => readonly [string, string];
  readonly well: string;
  readonly untried: string;
  readonly troubles: (count: number) => string;
  readonly failed: (accounts: number) => string;
  readonly noService: string;
  readonly serviceSince: (when: string, pid: number) => string;
  readonly since: (what: string, when: string) => string;
  readonly untold: (why: string) => string;
  readonly attempts: (count: number, next: string) => string;
  readonly unfetched: (poisoned: boolean, place: string, reason: string, when: string) => string;
  readonly moreUnfetched: (count: number) => string;
  readonly waiting: (messages: number, reason: string, until: string) => string;
  readonly running: string;
  readonly of: (done: string, total: string) => string;
  readonly proved: (when: string, messages: number) => string;
  readonly unproved: (
    when: string,
    found: Readonly<Record<'missing' | 'changed' | 'damaged' | 'unread', number>>,
    name: string,
  ) => string;
  readonly proofFailed: (when: string, why: string) => string;
  readonly labels: Readonly<Record<'outbox' | 'index' | 'files' | 'disk', string>>;
  readonly queue: (queued: string, deferred: string) => string;
  readonly doubt: (uncertain: string, late: string | null, failed: string, unfiled: string | null) => string;
  readonly coverage: (messages: number, indexed: number) => string;
  readonly partly: (count: number) => string;
  readonly partlyFor: (count: number, reason: string) => string;
  readonly toRead: (count: number) => string;
  readonly behind: (size: string) => string;
  readonly neverVerified: string;
  readonly filesWell: string;
  readonly filesBad: (damaged: number, missing: number) => string;
  readonly filesCure: string;
  readonly lastRead: (when: string, part: string | null) => string;
  readonly used: (bytes: string) => string;
  readonly free: (bytes: string) => string;
  readonly full: (bytes: string) => string;
}

const EN: StatusWords = {
  head: ['account', 'state', 'last good sync', 'stored', 'pending', 'poisoned', 'next'],
  states: {
    ok: 'ok',
    never: 'never',
    removed: 'removed',
    stale: 'stale',
    failing: 'failing',
    login: 'login',
  },
  row: ({ name, state, last, stored, pending, poisoned, next }) => [
    `${name}: ${state}, last good ${last}`,
    `${stored} stored, ${pending} pending, ${poisoned} poisoned${next === '' ? '' : `, next ${next}`}`,
  ],
  well: 'All is well.',
  untried: 'Nothing was fetched yet.',
  troubles: (things) => `${count(things, 'thing')} to look after`,
  failed: (accounts) => `${count(accounts, 'account')} failed last time; it is tried again`,
  noService: 'service not running: nothing is fetched or sent by itself',
  serviceSince: (when, pid) => `service running since ${when} (process ${pid})`,
  since: (what, when) => `${what} (since ${when})`,
  untold: (why) => `nobody was told of the last alert: the alert command ${why}`,
  attempts: (tries, next) => `tried ${count(tries, 'time')}, again ${next}`,
  unfetched: (poisoned, place, reason, when) =>
    `${poisoned ? 'poisoned' : 'pending'}: ${place}: ${reason} (${when})`,
  moreUnfetched: (more) => `and ${n(more)} more: \`mailkeep status --pending\` lists them`,
  waiting: (messages, reason, until) =>
    `${count(messages, 'message')} ${messages === 1 ? 'waits' : 'wait'}: ${reason}; it goes on after ${until}`,
  running: 'running: ',
  of: (done, total) => `${done} of ${total}`,
  proved: (when, messages) => `proved complete ${when}: all ${n(messages)} messages at the server`,
  unproved: (when, { missing, changed, damaged, unread }, name) =>
    `NOT proved complete ${when}: ${n(missing)} missing, ${n(changed)} changed, ${n(damaged)} damaged${unread === 0 ? '' : `, ${count(unread, 'folder')} not read`}; \`mailkeep verify --server ${name}\` lists them`,
  proofFailed: (when, why) => `the proof of ${when} came to no end: ${why}`,
  labels: { outbox: 'outbox  ', index: 'index   ', files: 'files   ', disk: 'disk    ' },
  queue: (queued, deferred) => `${queued} queued, ${deferred} deferred, `,
  doubt: (uncertain, late, failed, unfiled) =>
    `${uncertain} uncertain${late === null ? '' : `, ${late} late`}, ${failed} failed${unfiled === null ? '' : `, ${unfiled} without a copy in Sent`}`,
  coverage: (messages, indexed) => `${n(messages)} messages, ${n(indexed)} with all their text`,
  partly: (some) => `, ${n(some)} only partly`,
  partlyFor: (some, reason) => `${n(some)} partly: ${reason}`,
  toRead: (some) => `, ${n(some)} to be read again for more of it`,
  behind: (size) => `, ${size} of the journal not yet in it`,
  neverVerified: 'never verified',
  filesWell: 'none damaged or missing',
  filesBad: (damaged, missing) => `${n(damaged)} damaged, ${n(missing)} missing`,
  filesCure: ': `mailkeep verify --server` fetches them again where a server still has them',
  lastRead: (when, part) => `, last read ${when}${part === null ? '' : ` (part ${part})`}`,
  used: (bytes) => `${bytes} used, `,
  free: (bytes) => `${bytes} free`,
  full: (bytes) => `${bytes} free: it is full, and receiving pauses`,
};

const page = ofPage.zh;

const ZH: StatusWords = {
  head: ['账户', '状态', page.lastGood, page.stored, page.pending, page.poisoned, page.next],
  states: page.states,
  row: ({ name, state, last, stored, pending, poisoned, next }) => [
    `${name}：${state}，${page.lastGood}：${last}`,
    `${page.stored} ${stored}，${page.pending} ${pending}，${page.poisoned} ${poisoned}${next === '' ? '' : `，${page.next}：${next}`}`,
  ],
  well: page.well,
  untried: page.untried,
  troubles: (things) => `${n(things)} 件事需要您处理`,
  failed: (accounts) => `${n(accounts)} 个账户上次同步失败，会自动重试`,
  noService: '服务没有运行：不会自动收信和发信',
  serviceSince: (when, pid) => `服务 ${when}启动，运行中（进程 ${pid}）`,
  since: (what, when) => `${what}（始于 ${when}）`,
  untold: page.untold,
  attempts: page.attempts,
  unfetched: (poisoned, place, reason, when) =>
    `${poisoned ? page.poisoned : page.pending}：${place}：${reason}（${when}）`,
  moreUnfetched: page.moreUnfetched,
  waiting: (messages, reason, until) => `${n(messages)} 封邮件等到 ${until}：${reason}`,
  running: '正在进行：',
  of: (done, total) => `${done} / ${total}`,
  proved: page.proved,
  unproved: (when, { missing, changed, damaged, unread }, name) =>
    `${page.unproved(when, missing, changed, damaged, unread)}\`mailkeep verify --server ${name}\` 可列出`,
  proofFailed: (when, why) => `${page.proofFailed(when)}${why}`,
  labels: { outbox: '发件夹  ', index: '索引    ', files: '文件    ', disk: '磁盘    ' },
  queue: (queued, deferred) => `排队 ${queued}，稍后再发 ${deferred}，`,
  doubt: (uncertain, late, failed, unfiled) =>
    `不能确定 ${uncertain}${late === null ? '' : `，延误 ${late}`}，失败 ${failed}${unfiled === null ? '' : `，没有存入“已发送”的 ${unfiled}`}`,
  coverage: (messages, indexed) => page.coverage(indexed, messages),
  partly: (some) => `，${page.partly(some)}`,
  partlyFor: (some, reason) => `${page.partly(some)}：${reason}`,
  toRead: (some) => `，${n(some)} 封将重读以补全`,
  behind: (size) => `，${page.behind(size)}`,
  neverVerified: page.filesNever,
  filesWell: '没有损坏或缺失',
  filesBad: (damaged, missing) => `${n(damaged)} 个损坏，${n(missing)} 个缺失`,
  filesCure: '：运行 `mailkeep verify --server`，服务器上仍有的会重新取回',
  lastRead: (when, part) => `，${when}检查过${part === null ? '' : `（第 ${part} 部分）`}`,
  used: (bytes) => `${page.used(bytes)}，`,
  free: page.free,
  full: (bytes) => `${page.free(bytes)}：已满，暂停收信`,
};

export const statusWords: Readonly<Record<Language, StatusWords>> = { en: EN, zh: ZH };
