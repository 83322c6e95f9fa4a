// `mailkeep thread`: the conversation in which a message stands, each message moved in below the one that it answers. It reads
// only, beside a running service and without it.
import type { Command } from 'commander';
import { closeIndex, openIndex } from '../index/database.ts';
import { conversation } from '../search/conversation.ts';
import { resolveId } from '../search/search.ts';
import { hitLines } from './hit-lines.ts';
import { isChinese } from './locale.ts';
import { printPaged } from './pager.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { columnsFor, paintFor } from './terminal-text.ts';

/** Adds `thread`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('thread')
    .description('show the conversation in which a message stands')
    .argument('<id>', 'its id, or the first 8 or more digits of it')
    .addHelpText('after', example('mailkeep thread 3f9a1c2e'))
    .action((id: string) => run(id, frame));
}

async function run(prefix: string, frame: Frame): Promise<void> {
  const { data } = await frame.config();
  const db = openIndex(data, 'read');
  try {
    const { messages, more } = conversation(db, resolveId(db, prefix));
    if (frame.json) {
      frame.document({ total: messages.length, more, messages });
      return;
    }
    const paint = paintFor(frame);
    const columns = columnsFor(frame);
    const lines = messages.flatMap((post) => hitLines(post, columns, paint, post.depth));
    await printPaged(frame, [...lines, summary(messages.length, more, isChinese(frame.around.env))]);
  } finally {
    closeIndex(db);
  }
}

function summary(shown: number, more: boolean, chinese: boolean): string {
  if (chinese) return more ? `显示 ${shown} 封，还有更多` : `共 ${shown} 封`;
  return `${shown} message${shown === 1 ? '' : 's'}${more ? ', and more' : ''}`;
}
