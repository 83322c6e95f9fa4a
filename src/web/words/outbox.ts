// PURE: the words of the sending queue.
import type { Action } from '../../outbox/actions.ts';
import type { RecipientState, State } from '../../outbox/entry.ts';
import { amount as n } from '../../runtime/amount.ts';
import type { Language } from '../language.ts';

/** The queue and its letters. */
export interface OutboxWords {
  readonly title: string;
  readonly states: Readonly<Record<State, string>>;
  readonly recipientStates: Readonly<Record<RecipientState, string>>;
  readonly actions: Readonly<Record<Action, string>>;
  readonly done: Readonly<Record<Action, (file: string) => string>>;
  readonly held: string;
  readonly to: string;
  readonly from: string;
  readonly account: string;
  readonly taken: (when: string) => string;
  /** `when` in words, and the time itself. */
  readonly nextTry: (when: string, at: string) => string;
  readonly tries: (count: number) => string;
  readonly doubtful: string;
  readonly copyFailed: string;
  readonly copyOpen: string;
  readonly empty: string;
  readonly emptyText: (folder: string) => string;
  readonly onTheWay: string;
  readonly past: string;
  readonly nothingOnTheWay: string;
  /** So many letters are in a state. */
  readonly counted: (count: number, state: string) => string;
  readonly history: string;
  readonly server: string;
  readonly stillAccount: string;
  readonly back: string;
}

export const outboxWords: Readonly<Record<Language, OutboxWords>> = {
  en: {
    title: 'Outbox',
    states: {
      waiting: 'being taken',
      claimed: 'taken',
      due: 'queued',
      connecting: 'connecting',
      envelope: 'being sent',
      streaming: 'being sent',
      intent: 'waits for the answer',
      accepted: 'accepted',
      rejected: 'refused',
      uncertain: 'uncertain',
      sent: 'sent',
      deferred: 'waits for another try',
      failed: 'failed',
      cancelled: 'cancelled',
    },
    recipientStates: {
      waiting: 'waits',
      accepted: 'accepted',
      deferred: 'later',
      uncertain: 'uncertain',
      held: 'held',
      sent: 'sent',
      failed: 'failed',
      cancelled: 'cancelled',
    },
    actions: { retry: 'Try now', hold: 'Hold', release: 'Let go', cancel: 'Cancel' },
    done: {
      retry: (file) => `${file} is tried again now.`,
      hold: (file) => `${file} is held.`,
      release: (file) => `${file} goes on its way.`,
      cancel: (file) => `${file} is cancelled.`,
    },
    held: 'held',
    to: 'To',
    from: 'From',
    account: 'Account',
    taken: (when) => `Taken ${when}`,
    nextTry: (when, at) => `next try ${when} (${at})`,
    tries: (count) => (count === 1 ? 'tried once' : `tried ${n(count)} times`),
    doubtful: 'It may have been delivered once already: an answer to its last line never came.',
    copyFailed: 'It has no copy in the Sent folder:',
    copyOpen: 'Its copy is not yet in the Sent folder:',
    empty: 'Nothing to send',
    emptyText: (folder) => `A message that is put into ${folder} is sent, or one given to \`mailkeep send\`.`,
    onTheWay: 'On the way',
    past: 'Sent, failed and cancelled in the last 30 days',
    nothingOnTheWay: 'Nothing is on its way.',
    counted: (count, state) => `${n(count)} ${count === 1 ? state : state.replace(/^waits /, 'wait ')}`,
    history: 'What happened',
    server: 'What was said',
    stillAccount: 'no account yet',
    back: 'Back to the outbox',
  },
  zh: {
    title: '发件箱',
    states: {
      waiting: '正在接收',
      claimed: '已接收',
      due: '排队中',
      connecting: '正在连接',
      envelope: '正在发送',
      streaming: '正在发送',
      intent: '等待答复',
      accepted: '已被接受',
      rejected: '被拒绝',
      uncertain: '不确定',
      sent: '已发送',
      deferred: '等待再试',
      failed: '失败',
      cancelled: '已取消',
    },
    recipientStates: {
      waiting: '等待',
      accepted: '已被接受',
      deferred: '稍后',
      uncertain: '不确定',
      held: '暂停',
      sent: '已发送',
      failed: '失败',
      cancelled: '已取消',
    },
    actions: { retry: '立即重试', hold: '暂停', release: '放行', cancel: '取消' },
    done: {
      retry: (file) => `${file} 正在重试。`,
      hold: (file) => `${file} 已暂停。`,
      release: (file) => `${file} 已放行。`,
      cancel: (file) => `${file} 已取消。`,
    },
    held: '暂停',
    to: '收件人',
    from: '发件人',
    account: '账户',
    taken: (when) => `${when}接收`,
    nextTry: (when, at) => `${when}（${at}）再试`,
    tries: (count) => `已试 ${n(count)} 次`,
    doubtful: '可能已经送达过一次：最后一行没有收到答复。',
    copyFailed: '已发送文件夹中没有副本：',
    copyOpen: '副本还没有放入已发送文件夹：',
    empty: '没有要发送的邮件',
    emptyText: (folder) => `把邮件放进 ${folder}，或用 \`mailkeep send\`，就会发送。`,
    onTheWay: '正在发送',
    past: '最近 30 天发送、失败和取消的',
    nothingOnTheWay: '没有正在发送的邮件。',
    counted: (count, state) => `${n(count)} 封${state}`,
    history: '经过',
    server: '对话',
    stillAccount: '尚无账户',
    back: '返回发件箱',
  },
};
