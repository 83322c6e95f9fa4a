// Writes the manual pages and the shells' completions below the built program: dist/man and dist/completions. Part of the
// build, so that packages carry what the commands of this very version say.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../../runtime/version.ts';
import { processStreams } from '../output.ts';
import { commandTree } from '../program.ts';
import { commandPages } from './command-page.ts';
import { bash, completed, fish, zsh } from './completion.ts';
import { configPage } from './config-page.ts';

const program = await commandTree(processStreams());
const dist = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const write = (folder: string, file: string, text: string): void => {
  mkdirSync(join(dist, folder), { recursive: true });
  writeFileSync(join(dist, folder, file), text);
};
const commands = completed(program);
write('completions', 'mailkeep', bash(commands));
write('completions', '_mailkeep', zsh(commands));
write('completions', 'mailkeep.fish', fish(commands));
for (const { file, text } of [...commandPages(program, version()), configPage(version())])
  write('man', file, text);
