// PURE: what `outbox` says, in English and in Chinese; the Chinese is that of the page, where the page says the same.
import type { RecipientState, State } from '../outbox/entry.ts';
import type { CopyEnd } from '../outbox/sent-plan.ts';
import type { Language } from '../web/language.ts';
import { outboxWords as ofPage } from '../web/words/outbox.ts';
import { amount as n } from '../runtime/amount.ts';
import { count } from './words.ts';

/** What is told of a letter, each on a line of its own. */
export type Fact =
  | 'id'
  | 'file'
  | 'state'
  | 'account'
  | 'from'
  | 'messageId'
  | 'size'
  | 'dropped'
  | 'next'
  | 'pause'
  | 'why'
  | 'answer'
  | 'doubt'
  | 'search'
  | 'landed'
  | 'copy';

/** The words of one language. `when` is as `fromNow` says it. */
export interface OutboxWords {
  readonly head: readonly string[];
  readonly state: (state: State) => string;
  readonly held: string;
  readonly recipient: (state: RecipientState) => string;
  readonly notTaken: (files: number, folder: string) => string;
  readonly leftAlone: (file: string, why: string) => string;
  readonly empty: (folder: string) => string;
  readonly pause: (account: string, at: string, when: string, why: string) => string;
  readonly answered: (address: string, reply: string) => string;
  readonly until: (at: string) => string;
  readonly nextTry: (when: string, tries: number) => string;
  readonly late: string;
  /** `done` of `all` have it, and the others do not. */
  readonly some: (done: number, all: number) => string;
  readonly doubtful: string;
  readonly noCopy: (why: string) => string;
  readonly copyOpen: (when: string | null, why: string) => string;
  readonly facts: Readonly<Record<Fact, string>>;
  /** Columns of the longest of `facts`, and a space. */
  readonly left: number;
  readonly heldState: (state: string) => string;
  readonly at: (at: string, when: string) => string;
  readonly waits: (at: string, why: string) => string;
  readonly doubt: string;
  readonly searched: (looks: number, next: string | null, why: string | null) => string;
  readonly copy: (state: 'open' | CopyEnd) => string;
  readonly recipients: string;
  readonly happened: (tries: number) => string;
  readonly tried: (host: string, state: string | null, outcome: string | null) => string;
  readonly done: {
    readonly intent: (name: string) => string;
    readonly hold: (name: string) => string;
    readonly cancel: (name: string) => string;
    readonly goes: (name: string, when: string) => string;
    readonly stands: (name: string, state: State) => string;
  };
}

const EN: OutboxWords = {
  head: ['ID', 'DROPPED', 'STATE', 'ACCOUNT', 'FILE', 'TO'],
  state: (state) => state,
  held: 'held',
  recipient: (state) => state,
  notTaken: (files, folder) =>
    `${count(files, 'file')} in ${folder} not yet taken: the service (\`mailkeep daemon\`) does that.`,
  leftAlone: (file, why) => `${file} is left alone: ${why}`,
  empty: (folder) => `The queue is empty. Put a message into ${folder}, or use \`mailkeep send\`.`,
  pause: (account, at, when, why) => `${account} makes no connection until ${at} (${when}): ${why}`,
  answered: (address, reply) => `${address}: ${reply}`,
  until: (at) => `waits until then: ${at}`,
  nextTry: (when, tries) => `next try ${when}, after ${tries === 1 ? 'one try' : `${tries} tries`}`,
  some: (done, all) => `${done} of ${all} have it`,
  late: 'it is late: a report of that lies in the archive, in the folder Outbox',
  doubtful: 'it may have been delivered once: an answer to its last line never came',
  noCopy: (why) => `no copy in the Sent folder: ${why}`,
  copyOpen: (when, why) => `its copy is not yet in the Sent folder, next try ${when ?? 'soon'}: ${why}`,
  facts: {
    id: 'ID:',
    file: 'File:',
    state: 'State:',
    account: 'Account:',
    from: 'From:',
    messageId: 'Message-ID:',
    size: 'Size:',
    dropped: 'Dropped:',
    next: 'Next try:',
    pause: 'Pause:',
    why: 'Why:',
    answer: 'Answer:',
    doubt: 'Doubt:',
    search: 'Looked for:',
    landed: 'Lies in:',
    copy: 'Sent copy:',
  },
  left: 12,
  heldState: (state) => `${state}, held until it is released`,
  at: (at, when) => `${at} (${when})`,
  waits: (at, why) => `its account waits until ${at}: ${why}`,
  doubt: 'an answer to its last line never came: it may have been delivered once',
  searched: (looks, next, why) =>
    `${count(looks, 'time')}, ${next === null ? 'no more' : `next ${next}`}${why === null ? '' : `; not possible: ${why}`}`,
  copy: (state) => state,
  recipients: 'Recipients',
  happened: (tries) => `What happened (${count(tries, 'try').replace(/trys$/, 'tries')})`,
  tried: (host, state, outcome) =>
    `try at ${host}: ${state ?? 'under way, or cut'}${outcome === null ? '' : `: ${outcome}`}`,
  done: {
    intent: (name) => `${name}: handed over whole a moment ago; what the server does not take is held`,
    hold: (name) => `${name}: held until it is released`,
    cancel: (name) => `${name}: taken back; it lies in failed/`,
    goes: (name, when) => `${name}: goes out ${when}`,
    stands: (name, state) => `${name}: ${state}`,
  },
};

const page = ofPage.zh;

const COPY: Readonly<Record<'open' | CopyEnd, string>> = {
  open: '尚未存入',
  filed: '已存入',
  found: '服务器已自动存入',
  none: '不需要存入',
  failed: '没有存入',
};

const ZH: OutboxWords = {
  head: ['编号', '放入时间', '状态', page.account, '文件', page.to],
  state: (state) => page.states[state],
  held: page.held,
  recipient: (state) => page.recipientStates[state],
  notTaken: (files, folder) =>
    `${folder} 中有 ${n(files)} 个文件还没有接收：由服务（\`mailkeep daemon\`）来做。`,
  leftAlone: (file, why) => `${file} 没有接收：${why}`,
  empty: (folder) => `${page.empty}。${page.emptyText(folder)}`,
  pause: (account, at, when, why) => `${account} 在 ${at}（${when}）之前不再连接：${why}`,
  answered: (address, reply) => `${address}：${reply}`,
  until: (at) => `等到 ${at} 再发`,
  nextTry: (when, tries) => `${page.tries(tries)}，${when}再试`,
  some: (done, all) => `${all} 人中已有 ${done} 人收到`,
  late: '已延误：归档的 Outbox 文件夹中有一份报告',
  doubtful: '可能已经送达过一次：最后一行没有收到答复',
  noCopy: (why) => `${page.copyFailed}${why}`,
  copyOpen: (when, why) => `副本还没有放入已发送文件夹，${when ?? '稍后'}再试：${why}`,
  facts: {
    id: '编号：',
    file: '文件：',
    state: '状态：',
    account: '账户：',
    from: '发件人：',
    messageId: 'Message-ID：',
    size: '大小：',
    dropped: '放入时间：',
    next: '下次再试：',
    pause: '暂停连接：',
    why: '原因：',
    answer: '答复：',
    doubt: '疑问：',
    search: '查找：',
    landed: '位于：',
    copy: '已发送副本：',
  },
  left: 13,
  heldState: (state) => `${state}，已暂停，放行后才发送`,
  at: (at, when) => `${at}（${when}）`,
  waits: (at, why) => `账户等到 ${at}：${why}`,
  doubt: '最后一行没有收到答复：可能已经送达过一次',
  searched: (looks, next, why) =>
    `已查找 ${looks} 次，${next === null ? '不再查找' : `${next}再查`}${why === null ? '' : `；无法查找：${why}`}`,
  copy: (state) => COPY[state],
  recipients: page.to,
  happened: (tries) => `${page.history}（${page.tries(tries)}）`,
  tried: (host, state, outcome) =>
    `在 ${host} 尝试：${state === null ? '正在进行，或被中断' : ((page.states as Readonly<Record<string, string>>)[state] ?? state)}${outcome === null ? '' : `：${outcome}`}`,
  done: {
    intent: (name) => `${name}：刚刚已全部交给服务器；服务器不接受的会暂停`,
    hold: (name) => `${name}：已暂停，放行后才发送`,
    cancel: (name) => `${name}：已取消，文件在 failed/ 中`,
    goes: (name, when) => `${name}：${when}发出`,
    stands: (name, state) => `${name}：${page.states[state]}`,
  },
};

export const outboxWords: Readonly<Record<Language, OutboxWords>> = { en: EN, zh: ZH };
