// The power goes while messages are deleted at the server. From the moment at which the first word of that leaves the process, whatever
// the disk keeps holds each of them, whole, with the lines that say where it was seen and that it was asked to go: also where the whole
// archive is a copy that was made a moment ago, of which no disk has anything yet.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt } from '../support/account.ts';
import { copyOf } from '../support/crash-points.ts';
import { recorded, type Step } from '../support/disk-steps.ts';
import { Endings } from '../support/endings.ts';
import { openTestHouse } from '../support/house.ts';
import { install } from '../support/installation.ts';
import { examine, isFound, type Look, type Recording } from '../support/left-archive.ts';
import { Disk, SEED } from '../support/power-cut.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { startProvider } from '../support/provider/provider.ts';
import { noStrace } from '../support/strace.ts';
import type { Ending } from '../support/temporary.ts';

const DAY = 86_400_000;
const OLD = [1, 2, 3];
const WORDS = { imap: /^\S+ UID (?:STORE|EXPUNGE)/m, pop3: /^(?:DELE|QUIT)/m } as const;

type Way = keyof typeof WORDS;

/** A recording of a sync that deletes, and what must hold good in it. */
interface Deleting extends Recording {
  readonly disk: (state?: 'durable' | 'unsynced') => Disk;
  /** What does not hold good of the messages that were told to go. */
  readonly gone: Look;
}

for (const way of ['imap', 'pop3'] as const) {
  describe(`a power cut while messages are deleted over ${way}`, { skip: noStrace }, () => {
    const whole = new Endings();
    let first: Promise<Deleting> | undefined;
    const once = (): Promise<Deleting> => (first ??= deleting(whole, way));
    after(() => whole.end());

    test('leaves each of them stored and written down, whatever the disk keeps', async (t) => {
      const one = await once();
      const look: Look = (left, at) => [...left.faults(), ...one.gone(left, at)];
      const { images, faults } = examine(t, one, { look });
      t.diagnostic(`${one.steps.length} steps, ${images} images (seed ${SEED})`);
      assert.deepEqual(faults.slice(0, 9), []);
      assert.ok(images > 40, `${images}`);
    });

    test('so too in an archive that was copied there a moment ago', async (t) => {
      const one = await once();
      const copy = copied(one, one.steps);
      const { images, faults } = examine(t, copy, { look: one.gone });
      t.diagnostic(`${copy.steps.length} steps, ${images} images (seed ${SEED})`);
      assert.deepEqual(faults.slice(0, 9), []);
      assert.ok(images > 20, `${images}`);
    });

    const isJournal = ({ path }: Step): boolean => path.endsWith(`/journal/${way}.jsonl`);
    const isSync = ({ is }: Step): boolean => is === 'sync';
    for (const [what, of, fault, found] of [
      [
        'a word that leaves before the journal is synced',
        'whole',
        (steps) => steps.filter((step) => !(isSync(step) && isJournal(step))),
        /was asked to go in no line/,
      ],
      ['a word that leaves before the journal is written', 'whole', wordFirst, /was asked to go in no line/],
      [
        'a stored file that is not synced',
        'copied',
        (steps) => steps.filter((step) => !(isSync(step) && step.path.endsWith('.eml'))),
        /which is (?:damaged|not there)/,
      ],
      [
        'a folder of stored files that is not synced',
        'copied',
        (steps) => steps.filter((step) => !(isSync(step) && /\/mail\/\d{4}\/\d\d$/.test(step.path))),
        /which is not there/,
      ],
      [
        'a year that is not synced',
        'copied',
        (steps) => steps.filter((step) => !(isSync(step) && /\/mail\/\d{4}$/.test(step.path))),
        /which is not there/,
      ],
    ] as const satisfies readonly (readonly [
      string,
      'whole' | 'copied',
      (steps: readonly Step[]) => readonly Step[],
      RegExp,
    ])[]) {
      test(`${what} would be found`, async (t) => {
        const one = await once();
        const steps = fault(one.steps);
        const broken = of === 'whole' ? { ...one, steps } : copied(one, steps);
        const { faults } = examine(t, broken, { look: one.gone, enough: found });
        isFound(faults, found);
      });
    }
  });
}

/** All words leave before the first of what is written to the journal. */
function wordFirst(steps: readonly Step[]): readonly Step[] {
  const from = steps.findIndex(({ is, path }) => is === 'write' && path.endsWith('.jsonl'));
  const words = steps.filter(({ is }) => is === 'say');
  return [...steps.slice(0, from), ...words, ...steps.slice(from).filter(({ is }) => is !== 'say')];
}

/** Three old messages and two young ones were stored forty days ago; now the old ones go, and another one comes. */
async function deleting(t: Ending, way: Way): Promise<Deleting> {
  const provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
  t.after(() => provider.stop());
  const young = Math.ceil((Date.now() - Date.UTC(2019, 0, 1)) / 3_600_000);
  for (const n of [...OLD, young, young + 1])
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(n), { internalDate: 0 });
  const { address, password } = OWNER;
  const receive = {
    protocol: way,
    host: provider.host,
    port: provider.ports[way],
    tls: 'none',
    delete: { after: '30d' },
  };
  const accounts = [{ name: way, address, password, receive }];
  const before = install(t, accounts);
  const earlier = await openTestHouse(t, { ...systemClock, now: () => Date.now() - 40 * DAY }, before.data);
  const account = accountAt(provider, `${way}s`, address, password);
  assert.equal((await earlier.poll({ ...account, name: way }, { full: true })).stored, OLD.length + 2);
  await earlier.close();
  provider.deliver(address, 'INBOX', bulkMessage(young + 2), { internalDate: 0 });
  const house = copyOf(t, before, accounts);
  const steps = await recorded(house, (octets) => WORDS[way].test(octets.toString('latin1')), 'sync');
  assert.equal(provider.messages(address, 'INBOX').length, 3, 'the old ones went');
  const ids = house.journal(way).flatMap(({ op, id }) => (op === 'delete' ? [String(id)] : []));
  assert.equal(ids.length, OLD.length);
  const fresh = String(house.journal(way).findLast(({ op }) => op === 'seen')?.['id']);
  const gone: Look = (left, { said }) => {
    if (said === 0) return [];
    // The QUIT of POP3 may take from the server what was fetched, too.
    return [...ids, fresh].flatMap((id) => {
      const seen = left.entries.find((entry) => entry.op === 'seen' && entry.id === id);
      const asked = id === fresh || left.entries.some((entry) => entry.op === 'delete' && entry.id === id);
      return [
        ...(seen?.op === 'seen' ? left.lacks('the journal', seen) : [`${id} was seen in no line`]),
        ...(asked ? [] : [`${id} was asked to go in no line`]),
      ];
    });
  };
  return {
    disk: (state) => new Disk(house.data, before.data, state),
    data: house.data,
    steps,
    gone,
  };
}

/** The same of an archive that was copied a moment ago, from the first word on. */
function copied({ disk, data }: Deleting, steps: readonly Step[]): Recording {
  const first = steps.findIndex(({ is }) => is === 'say');
  return { disk: () => disk('unsynced').having(steps.slice(0, first)), data, steps: steps.slice(first) };
}
