// PURE: what a person can do to a message in the queue, and why not where that cannot be, in both languages.
import type { Hint } from '../model/hint.ts';
import type { RecipientState, State } from './entry.ts';

/** What a person can do. */
export type Action = 'retry' | 'hold' | 'release' | 'cancel';

/** All of them. */
export const ACTIONS: readonly Action[] = ['retry', 'hold', 'release', 'cancel'];

/** What decides: a letter of the queue, or one that was listed. */
export interface Standing {
  readonly state: State;
  readonly held: boolean;
  readonly recipients: readonly { readonly state: RecipientState }[];
}

/** Why it cannot be; also the `code` of the MailError. */
export type Why =
  | 'sent'
  | 'over'
  | 'busy'
  | 'dot'
  | 'free'
  | 'moved'
  | 'changed'
  | 'unfit'
  | 'forgotten'
  | 'unknown'
  | 'ambiguous';

/** What makes sense now: the buttons for a letter. */
export function possible(letter: Standing): Action[] {
  return ACTIONS.filter((action) => {
    if (action === 'hold' && letter.held) return false;
    return whyNot(letter, action) === null;
  });
}

/** Why `action` cannot be done to the letter; null where it can. */
export function whyNot({ state, held, recipients }: Standing, action: Action): Why | null {
  switch (state) {
    case 'sent':
      return 'sent';
    case 'failed':
    case 'cancelled':
      return action === 'retry' ? null : 'over';
    case 'waiting':
    case 'accepted':
    case 'rejected':
      return 'busy';
    case 'claimed':
      return action === 'retry' ? 'busy' : action === 'release' && !held ? 'free' : null;
    case 'connecting':
    case 'envelope':
    case 'streaming':
      return action === 'retry' ? 'busy' : action === 'release' ? 'free' : null;
    case 'intent':
      if (action === 'hold' || (action === 'release' && held)) return null;
      return action === 'release' ? 'free' : 'dot';
    case 'due':
    case 'deferred':
    case 'uncertain':
      return action === 'release' && !held && !recipients.some((r) => r.state === 'held') ? 'free' : null;
  }
}

/** The reasons, as the ends of sentences that begin with the name of the file. */
export const REASONS: Readonly<Record<Why, Hint>> = {
  sent: { en: 'was sent: that cannot be taken back', zh: '已经发出，无法更改' },
  over: { en: 'is not on its way any more', zh: '已不在发送队列中' },
  busy: { en: 'is being worked on at this moment: look again in a while', zh: '正在处理，请稍后再看' },
  dot: {
    en: 'has just been handed over whole, and the server has not answered yet: what it says decides',
    zh: '已经全部交给服务器，正在等待答复，结果由服务器决定',
  },
  free: { en: 'is not held', zh: '没有被暂停' },
  moved: {
    en: 'does not lie in failed/ any more: whoever moved it into the outbox has sent it on its way',
    zh: '已不在 failed/ 中：如果已移回发件文件夹，会自动重新发送',
  },
  changed: {
    en: 'was changed in failed/: move it into the outbox, and it goes as it is now',
    zh: '在 failed/ 中被修改过：请把它移回发件文件夹，按现在的内容发送',
  },
  unfit: {
    en: 'could not be read as a message: put it right and move it into the outbox',
    zh: '不是可读的邮件：请修正后移回发件文件夹',
  },
  forgotten: {
    en: 'is not kept octet for octet any more: move it from failed/ into the outbox',
    zh: '的原始内容已不再保留：请把它从 failed/ 移回发件文件夹',
  },
  unknown: { en: 'is not in the queue', zh: '不在发送队列中' },
  ambiguous: { en: 'is the beginning of several ids: say more of it', zh: '对应多个编号，请写得更完整' },
};
