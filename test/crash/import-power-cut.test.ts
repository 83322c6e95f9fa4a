// The power goes during an import, and after it. Whatever a line or the index speaks of is there at each moment; and when the command has
// ended, all of the source is: a person may delete it then. So too where an import before it was killed, or mended a damaged file.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { filled, type ImportHome } from '../import/imported.ts';
import { recorded, type Step } from '../support/disk-steps.ts';
import { Endings } from '../support/endings.ts';
import { examine, isFound, type Left, type Moment, type Recording } from '../support/left-archive.ts';
import { Disk, putDown, SEED } from '../support/power-cut.ts';
import { noStrace } from '../support/strace.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const MESSAGES = 6;

describe('a power cut during an import', { skip: noStrace }, () => {
  const whole = new Endings();
  let made: Promise<Recording> | undefined;
  const first = (): Promise<Recording> => (made ??= firstImport(whole));
  after(() => whole.end());

  for (const [what, record, look] of [
    ['into nothing', first, hasAll],
    ['after another, killed when its lines were written and not synced', killedAtLines, hasAll],
    ['after another, killed when its first name was given', killedAtName, hasAll],
    ['that finds a stored file damaged', mending, hasAllAtEnd],
    ['after another, killed when it had mended that file', killedAtMend, hasAllAtEnd],
  ] as const) {
    test(`${what} leaves all that was promised, and all of the source at its end`, async (t) => {
      const one = await record(t, await first());
      const { images, faults, lines, places } = examine(t, one, { look });
      t.diagnostic(
        `${one.steps.length} steps, ${images} images (seed ${SEED}); up to ${lines} lines, ${places} places`,
      );
      assert.deepEqual(faults.slice(0, 3), []);
      assert.ok(images > 15 && lines === MESSAGES + 1, `${images} ${lines}`);
    });
  }

  const isSync = ({ is }: Step): boolean => is === 'sync';
  for (const [what, gone, found] of [
    ['a message that is not synced', ({ path }: Step) => path.includes('/mail/.tmp/'), /damaged/],
    ['a folder that is not synced', ({ path }: Step) => /\/mail\/\d{4}\/\d\d$/.test(path), /not there/],
    ['a journal that is not synced', ({ path }: Step) => path.endsWith('.jsonl'), /the source has/],
    ['a journal whose name is not synced', ({ path }: Step) => path.endsWith('/journal'), /the source has/],
  ] as const) {
    test(`${what} would be found`, async (t) => {
      const one = await first();
      const steps = one.steps.filter((step) => !(isSync(step) && gone(step)));
      const { faults } = examine(t, { ...one, steps }, { look: hasAll, enough: found });
      isFound(faults, found);
    });
  }
});

/** At the end, each message of the source has its line, and with it its file. */
function hasAll(left: Left, { isEnd }: Moment): string[] {
  const seen = new Set(left.entries.flatMap((entry) => (entry.op === 'seen' ? [entry.id] : [])));
  const short = isEnd && seen.size < MESSAGES;
  return [
    ...left.faults(),
    ...(short ? [`the source has ${MESSAGES} messages, the journal tells of ${seen.size}`] : []),
  ];
}

/** Until then a file is damaged. */
function hasAllAtEnd(left: Left, at: Moment): string[] {
  return at.isEnd ? hasAll(left, at) : [];
}

function importing({ home, line, data, in: source }: ImportHome): Promise<Step[]> {
  return recorded({ line, directory: home, data }, () => false, 'import', source);
}

async function firstImport(t: Ending): Promise<Recording> {
  const home = filled(t);
  const empty = temporaryDirectory(t);
  const steps = await importing(home);
  return { disk: () => new Disk(home.data, empty), data: home.data, steps };
}

/** An import that was killed behind the first step for which `isLast` holds, and then the next one. */
async function afterKilled(
  t: Ending,
  { disk, data, steps }: Recording,
  isLast: (step: Step) => boolean,
): Promise<Recording> {
  const end = steps.findIndex(isLast) + 1;
  assert.ok(end > 0, 'it comes to that');
  const begun = (): Disk => disk().having(steps.slice(0, end));
  // A process that is killed leaves all that it wrote, on the disk or not.
  const before = join(dirname(data), 'before');
  putDown(
    begun().image(() => true),
    data,
    before,
  );
  const home = filled(t);
  rmSync(home.data, { recursive: true, force: true });
  cpSync(before, home.data, { recursive: true });
  const next = await importing(home);
  const here = (path: string): string => data + path.slice(home.data.length);
  return { disk: begun, data, steps: next.map((step) => at(step, here)) };
}

/** The same step elsewhere. */
function at(step: Step, here: (path: string) => string): Step {
  if (step.is === 'rename' || step.is === 'link')
    return { ...step, path: here(step.path), to: here(step.to) };
  return { ...step, path: here(step.path) };
}

const isName = ({ is, path }: Step): boolean => is === 'rename' && path.includes('/mail/.tmp/');
const isLine = ({ is, path }: Step): boolean => is === 'write' && path.endsWith('.jsonl');

function killedAtLines(t: Ending, one: Recording): Promise<Recording> {
  return afterKilled(t, one, isLine);
}

function killedAtName(t: Ending, one: Recording): Promise<Recording> {
  return afterKilled(t, one, isName);
}

/** All is stored, and the file of one message is damaged. */
async function mending(t: Ending): Promise<Recording> {
  const home = filled(t);
  assert.equal((await home.import(home.in)).stored, MESSAGES);
  const mail = join(home.data, 'mail');
  const names = readdirSync(mail, { recursive: true, encoding: 'utf8' });
  const path = join(mail, names.find((name) => name.endsWith('.eml')) ?? assert.fail('nothing is stored'));
  rmSync(path);
  writeFileSync(path, 'no message', { mode: 0o440 });
  const before = temporaryDirectory(t);
  cpSync(home.data, before, { recursive: true });
  const steps = await importing(home);
  return { disk: () => new Disk(home.data, before), data: home.data, steps };
}

async function killedAtMend(t: Ending): Promise<Recording> {
  return afterKilled(t, await mending(t), isName);
}
