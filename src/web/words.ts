// PURE: what the page says, in both languages. They stand side by side, one file a part of the page, and a sentence that is
// missing in one of them is a type error.
import type { Language } from './language.ts';
import { frameWords, type FrameWords } from './words/frame.ts';
import { helpWords, type HelpWords } from './words/help.ts';
import { listWords, type ListWords } from './words/list.ts';
import { messageWords, type MessageWords } from './words/message.ts';
import { outboxWords, type OutboxWords } from './words/outbox.ts';
import { statusWords, type StatusWords } from './words/status.ts';

/** All that the page says in one language. */
export interface Words {
  readonly language: Language;
  /** For `lang=` and for the forms of numbers and dates. */
  readonly tag: 'en' | 'zh-CN';
  readonly frame: FrameWords;
  readonly help: HelpWords;
  readonly list: ListWords;
  readonly message: MessageWords;
  readonly outbox: OutboxWords;
  readonly status: StatusWords;
}

/** The words of a language. */
export function wordsOf(language: Language): Words {
  return {
    language,
    tag: language === 'zh' ? 'zh-CN' : 'en',
    frame: frameWords[language],
    help: helpWords[language],
    list: listWords[language],
    message: messageWords[language],
    outbox: outboxWords[language],
    status: statusWords[language],
  };
}
