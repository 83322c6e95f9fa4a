// Restoring to servers that refuse, cut, lie and change: what is not there is said, and nothing is filed twice.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { describe, test, type TestContext } from 'node:test';
import { kinIn } from '../../src/index/kin.ts';
import type { Account, Receive } from '../../src/model/account.ts';
import type { Uid, UidValidity } from '../../src/model/ids.ts';
import { dial } from '../../src/net/dial.ts';
import type { RestoreReport } from '../../src/restore/report.ts';
import { restore } from '../../src/restore/run.ts';
import { placesMatching } from '../../src/search/places.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { ScriptedTarget } from './scripted-target.ts';

const DATE = Date.UTC(2024, 1, 7, 8, 9, 10);
const FOLDERS = ['INBOX', 'Sent', 'Work/客户'];

interface Letter {
  readonly folder: string;
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  /** Neither the message nor its server told one. */
  readonly dateless?: boolean;
}

function letter(
  nth: number,
  folder: string,
  id: string | null = `<${nth}@mail.test>`,
  more: string = '',
): Letter {
  const head = id === null ? '' : `Message-ID: ${id}\r\n`;
  const text = `${head}Date: Wed, 7 Feb 2024 08:09:10 +0000\r\nSubject: ${nth}\r\n\r\n${more}${'x'.repeat(nth)}\r\n`;
  return { folder, bytes: Buffer.from(text), flags: ['\\Seen', '\\Recent', '\\Deleted', '$Work'] };
}

const LETTERS: readonly Letter[] = Array.from({ length: 90 }, (_, n) => letter(n, FOLDERS[n % 3] ?? ''));

function withoutDate(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/^Date: .*\r\n/m, ''), 'latin1');
}

/** An archive with these messages in the folders of the account `old`. */
async function archiveOf(t: TestContext, letters: readonly Letter[]): Promise<TestHouse> {
  const house = await openTestHouse(t, new HastyClock(DATE));
  await house.keeper.keep(
    'old',
    letters.map(({ folder, bytes, flags, dateless = false }, n) => {
      const incoming = house.archive.incoming();
      incoming.write(bytes);
      const location = { folder, validity: 3 as UidValidity, uid: (n + 1) as Uid };
      return { incoming, location, received: dateless ? null : DATE + n * 1000, flags: [...flags] };
    }),
  );
  return house;
}

async function restored(
  t: TestContext,
  house: TestHouse,
  target: ScriptedTarget,
  { idle = 30_000, query = '', folder = null as string | null } = {},
): Promise<RestoreReport> {
  const { port } = await startScriptedServer(t, target.play);
  const server = { protocol: 'imap', host: '127.0.0.1', port, tls: 'none' } as Receive;
  const account: Account = {
    name: 'new',
    address: 'me@mail.test',
    user: 'me',
    login: () => Promise.resolve({ user: 'me', password: 'secret' }),
    timeouts: { connect: 30_000, idle },
  };
  return restore({
    reach: { account, server, connect: () => dial(server, account.timeouts), avoid: new Set() },
    folder,
    places: placesMatching(house.db, query, { now: DATE }),
    kin: kinIn(house.db),
    archive: house.archive,
    clock: new HastyClock(DATE),
    signal: new AbortController().signal,
    dryRun: false,
    planned: () => {},
    progress: () => {},
  });
}

/** Every letter lies in its folder, once, to the octet. */
function onceEach({ folders }: ScriptedTarget, letters: readonly Letter[] = LETTERS): void {
  const wire = (name: string): string => name.replace('客户', '&W6JiNw-');
  const wanted = letters.map(({ folder, bytes }) => `${wire(folder)} ${bytes.toString('latin1')}`);
  const have = [...folders].flatMap(([name, all]) =>
    all.map(({ bytes }) => `${name} ${bytes.toString('latin1')}`),
  );
  assert.deepEqual(have.toSorted(), wanted.toSorted());
}

const ALONE = 'IMAP4rev1 LITERAL+';

describe('restoring', () => {
  for (const capabilities of ['IMAP4rev1 LITERAL+ MULTIAPPEND', ALONE, 'IMAP4rev1'])
    test(`with ${capabilities}: all of it, with dates and flags, and nothing the second time`, async (t) => {
      const house = await archiveOf(t, LETTERS);
      const target = new ScriptedTarget({ capabilities });
      const report = await restored(t, house, target);
      assert.deepEqual(
        [report.reason, report.proved, report.restored, report.proof?.hashed],
        [null, true, 90, 90],
      );
      onceEach(target);
      assert.deepEqual(
        [...new Set([...target.folders.values()].flat().map(({ flags }) => flags))],
        ['\\Seen $Work'],
        'neither \\Recent nor \\Deleted',
      );
      assert.equal(target.folders.get('INBOX')?.[0]?.date, ' 7-Feb-2024 08:09:10 +0000');
      const again = await restored(t, house, target);
      assert.deepEqual([again.reason, again.restored, again.there], [null, 0, 90]);
      onceEach(target);
    });

  test('keywords go only where the folder keeps them, and it is said', async (t) => {
    const house = await archiveOf(t, LETTERS);
    const target = new ScriptedTarget({ permanent: '(\\Seen)' });
    const report = await restored(t, house, target, { query: 'in:Sent', folder: 'Old' });
    const { otherFlags, unkept, unkeptFlags } = report.proof ?? {};
    assert.deepEqual([report.reason, report.restored, otherFlags], [null, 30, 0]);
    assert.deepEqual([unkept, unkeptFlags], [30, ['$Work']]);
    assert.deepEqual([...target.folders.keys()], ['INBOX', 'Old']);
    assert.equal(target.folders.get('Old')?.[0]?.flags, '\\Seen');
  });

  for (const [what, reason] of [
    ['date', 'otherDates'],
    ['flags', 'otherFlags'],
  ] as const)
    test(`messages of another ${what} than they were given are there, and not proved to be equal`, async (t) => {
      const house = await archiveOf(t, LETTERS.slice(0, 6));
      const target = new ScriptedTarget({
        keep: (filed) => ({
          ...filed,
          ...(what === 'date' ? { date: ' 8-Feb-2024 08:09:10 +0000' } : { flags: '\\Seen' }),
        }),
      });
      const report = await restored(t, house, target);
      assert.deepEqual([report.proved, report.reason, report.restored], [false, reason, 6]);
      assert.equal(report.proof?.[reason], 6);
    });

  for (const capabilities of ['IMAP4rev1 LITERAL+ MULTIAPPEND', ALONE])
    test(`${capabilities}: what was taken and not answered is not filed again`, async (t) => {
      const house = await archiveOf(t, LETTERS);
      const target = new ScriptedTarget({
        capabilities,
        answer: (nth) => (nth % 3 === 0 && nth < 10 ? 'lost' : undefined),
      });
      const report = await restored(t, house, target);
      assert.deepEqual([report.error, report.proved, report.restored], [null, true, 90]);
      onceEach(target);
    });

  test('BYE in the middle of a literal: the rest goes over the next connection', async (t) => {
    const house = await archiveOf(t, LETTERS);
    const target = new ScriptedTarget({
      literal: async (peer, nth) => {
        if (nth !== 20 && nth !== 60) return;
        await peer.octets(10);
        await peer.lines('* BYE restarting');
        peer.hangUp();
      },
    });
    const report = await restored(t, house, target);
    assert.deepEqual([report.error, report.proved, report.restored], [null, true, 90]);
    onceEach(target);
  });

  test('an APPENDUID that lies changes nothing', async (t) => {
    const house = await archiveOf(t, LETTERS);
    const target = new ScriptedTarget({ ok: '[APPENDUID 99 4294967295]' });
    const report = await restored(t, house, target);
    assert.deepEqual([report.proved, report.restored], [true, 90]);
    onceEach(target);
  });

  test('silence: it tries again and again, and ends with the words', async (t) => {
    const house = await archiveOf(t, LETTERS);
    const target = new ScriptedTarget({ answer: () => null });
    const report = await restored(t, house, target, { idle: 250 });
    assert.deepEqual([report.reason, report.error?.kind, report.missing], ['ended', 'timeout', 90]);
    assert.equal(target.appends, 6);
  });

  for (const words of [
    'NO [OVERQUOTA] 邮箱已满',
    'NO Quota exceeded (mailbox for user is full)',
    'NO You exceeded your mail quota.',
    'NO [ALERT] Mailbox is over quota',
  ])
    test(`a full mailbox ends it at once, in the words of the server: ${words}`, async (t) => {
      const house = await archiveOf(t, LETTERS);
      const target = new ScriptedTarget({
        capabilities: ALONE,
        answer: (nth) => (nth >= 5 ? words : undefined),
      });
      const report = await restored(t, house, target);
      assert.deepEqual([report.reason, report.restored, report.missing], ['ended', 5, 85]);
      assert.ok(report.error?.message.includes(words.replace(/^NO (\[\w+\] )?/, '')), report.error?.message);
      assert.match(report.error?.hint ?? '', /full: make room/);
      assert.ok(target.appends <= 9, `${target.appends}: nothing behind those in flight`);
    });

  test('a server that stays busy ends it, and nothing is said of what would go on by itself', async (t) => {
    const house = await archiveOf(t, LETTERS);
    const report = await restored(t, house, new ScriptedTarget({ answer: () => 'NO [UNAVAILABLE] later' }));
    assert.deepEqual([report.error?.kind, report.error?.hint, report.missing], ['busy', null, 90]);
  });

  test('a folder that cannot be made keeps no other from being filled', async (t) => {
    const house = await archiveOf(t, LETTERS);
    const target = new ScriptedTarget({
      create: (name) => (name.startsWith('Work') ? 'NO not here' : undefined),
    });
    const report = await restored(t, house, target);
    assert.deepEqual(
      [report.reason, report.restored, report.failed, report.error],
      ['notRestored', 60, 30, null],
    );
    const work = report.folders.find(({ name }) => name === 'Work/客户');
    assert.match(work?.failed[0]?.reason ?? '', /CREATE "Work\/客户" refused .*not here/);
  });

  for (const capabilities of ['IMAP4rev1 LITERAL+ MULTIAPPEND', ALONE])
    test(`${capabilities}: a folder that another client takes away while it is filled is made and filled again`, async (t) => {
      const house = await archiveOf(t, LETTERS);
      let taken = false;
      const target: ScriptedTarget = new ScriptedTarget({
        capabilities,
        answer: () => {
          if (taken || target.folders.get('Sent') === undefined) return undefined;
          taken = true;
          target.folders.delete('Sent');
          return 'lost';
        },
      });
      const report = await restored(t, house, target);
      assert.deepEqual([report.error, report.proved, report.failed], [null, true, 0]);
      onceEach(target);
    });

  test('a folder that is there under a name that is not listed so is filled', async (t) => {
    const house = await archiveOf(t, LETTERS);
    const target: ScriptedTarget = new ScriptedTarget({
      create: (name) => {
        target.folders.set(name, []);
        return 'NO Mailbox already exists'; // Cyrus
      },
    });
    const report = await restored(t, house, target);
    assert.deepEqual([report.proved, report.restored], [true, 90]);
    onceEach(target);
  });

  test('a message that is refused keeps none of those that went with it from being filed', async (t) => {
    const bad = letter(200, 'INBOX', '<bad@mail.test>', 'EICAR');
    const house = await archiveOf(t, [...LETTERS, bad]);
    const strict = new ScriptedTarget({ refuse: (bytes) => bytes.includes('EICAR') });
    const report = await restored(t, house, strict);
    assert.deepEqual([report.reason, report.restored, report.failed], ['notRestored', 90, 1]);
    onceEach(strict);
  });

  test('what holds a NUL, or is too large, is named with the reason; with BINARY a NUL goes', async (t) => {
    const odd = [letter(1, 'INBOX', '<n@mail.test>', 'a\0b'), letter(500, 'INBOX')];
    const house = await archiveOf(t, odd);
    const plain = await restored(t, house, new ScriptedTarget({ capabilities: 'IMAP4rev1 APPENDLIMIT=400' }));
    assert.deepEqual([plain.reason, plain.restored, plain.failed], ['notRestored', 0, 2]);
    const reasons = plain.folders.flatMap(({ failed }) => failed.map(({ reason }) => reason));
    assert.match(reasons.join('\n'), /holds a NUL/);
    assert.match(reasons.join('\n'), /takes 400 at most/);
    const target = new ScriptedTarget({ capabilities: 'IMAP4rev1 BINARY' });
    assert.equal((await restored(t, house, target)).proved, true);
    onceEach(target, odd);
  });

  test('a server that changes messages is told from one that does not, and is not filled twice', async (t) => {
    const nameless = letter(7, 'INBOX', null);
    const house = await archiveOf(t, [...LETTERS, nameless]);
    const target = new ScriptedTarget({
      altered: (bytes) => Buffer.concat([Buffer.from('X-Server: was here\r\n'), bytes]),
    });
    const report = await restored(t, house, target);
    assert.deepEqual(
      [report.reason, report.proved, report.changed, report.restored],
      ['changed', false, 91, 91],
    );
    const again = await restored(t, house, target);
    assert.deepEqual([again.reason, again.restored, again.there, again.changed], ['changed', 0, 91, 91]);
    assert.equal([...target.folders.values()].flat().length, 91);
  });

  test('a message without any date that a server changes is not filed again where its Message-ID tells it, and else it is said', async (t) => {
    const [named, nameless] = ['<a@mail.test>', null].map((id) => {
      const { bytes, ...rest } = letter(40, 'INBOX', id);
      return { ...rest, bytes: withoutDate(bytes), dateless: true };
    });
    assert.ok(named !== undefined && nameless !== undefined);
    const house = await archiveOf(t, [named, nameless]);
    const target = new ScriptedTarget({
      altered: (bytes) => Buffer.concat([Buffer.from('X-Server: was here\r\n'), bytes]),
    });
    for (const lying of [2, 3]) {
      const report = await restored(t, house, target);
      assert.deepEqual(
        [report.reason, report.changed, report.failed, report.missing],
        ['notRestored', 1, 1, 0],
      );
      const [{ reason } = { reason: '' }] = report.folders.flatMap(({ failed }) => failed);
      assert.match(
        reason,
        /took it, .*not found there again: without a Message-ID and a date .*files it once more/,
      );
      const there = target.folders.get('INBOX') ?? [];
      assert.equal(there.length, lying);
      assert.equal(there.filter(({ bytes }) => bytes.includes(named.bytes)).length, 1);
    }
  });

  test('nor is it filed again after a cut, when its server has said that it took it', async (t) => {
    const { bytes, ...rest } = letter(40, 'INBOX', null);
    const nameless = { ...rest, bytes: withoutDate(bytes), dateless: true };
    const others = [1, 2, 3].map((nth) => letter(nth, 'INBOX'));
    const house = await archiveOf(t, [nameless, ...others]);
    const target = new ScriptedTarget({
      capabilities: ALONE,
      altered: (octets) => Buffer.concat([Buffer.from('X-Server: was here\r\n'), octets]),
      answer: (nth) => (nth === 2 ? 'lost' : undefined),
    });
    const report = await restored(t, house, target);
    assert.deepEqual([report.error, report.reason, report.failed], [null, 'notRestored', 1]);
    const there = target.folders.get('INBOX') ?? [];
    assert.deepEqual(
      there.map(({ bytes: octets }) => /Subject: (\d+)/.exec(octets.toString())?.[1] ?? '').toSorted(),
      ['1', '2', '3', '40'],
    );
  });

  test('nor is one without any date taken for another message of its Message-ID that is much larger', async (t) => {
    const { bytes, ...rest } = letter(40, 'INBOX', '<a@mail.test>');
    const ours = { ...rest, bytes: withoutDate(bytes), dateless: true };
    const theirs = letter(20_000, 'INBOX', '<a@mail.test>');
    const house = await archiveOf(t, [ours]);
    const target = new ScriptedTarget();
    target.folders.get('INBOX')?.push({ ...theirs, flags: '', date: '' });
    const report = await restored(t, house, target);
    assert.deepEqual([report.proved, report.restored, report.changed], [true, 1, 0]);
    onceEach(target, [theirs, ours]);
  });

  test('different messages that share a Message-ID, even a size, are all there', async (t) => {
    const alike = ['a', 'b', 'c'].map((text) => letter(5, 'INBOX', '<same@mail.test>', text));
    const nameless = ['d', 'e'].map((text) => letter(5, 'INBOX', null, text));
    const house = await archiveOf(t, [...alike, ...nameless, letter(9, 'INBOX', '<same@mail.test>')]);
    const target = new ScriptedTarget({ answer: (nth) => (nth === 0 ? 'lost' : undefined) });
    const report = await restored(t, house, target);
    assert.deepEqual([report.proved, report.restored], [true, 6]);
    target.folders.get('INBOX')?.splice(1, 2);
    assert.deepEqual((await restored(t, house, target)).restored, 2);
    onceEach(target, [...alike, ...nameless, letter(9, 'INBOX', '<same@mail.test>')]);
  });

  test('another message of that Message-ID and size, there from elsewhere, is not taken for the one that is put back', async (t) => {
    const [ours, theirs] = ['ours', 'them'].map((text) => letter(5, 'INBOX', '<same@mail.test>', text));
    assert.ok(ours !== undefined && theirs !== undefined);
    const house = await archiveOf(t, [ours]);
    const target = new ScriptedTarget();
    target.folders.get('INBOX')?.push({ ...theirs, flags: '', date: ' 1-Jan-2020 00:00:00 +0000' });
    const report = await restored(t, house, target);
    assert.deepEqual([report.proved, report.there, report.restored, report.changed], [true, 0, 1, 0]);
    onceEach(target, [ours, theirs]);
    assert.deepEqual((await restored(t, house, target)).there, 1);
  });

  test('nor one that the archive holds in another folder, and that was put back before', async (t) => {
    const [here, elsewhere] = ['INBOX', 'Sent'].map((name) =>
      letter(5, name, '<same@mail.test>', name.padEnd(5)),
    );
    assert.ok(here !== undefined && elsewhere !== undefined);
    const many = Array.from({ length: 600 }, (_, n) => letter(10 + n, 'INBOX'));
    const house = await archiveOf(t, [...many, here, elsewhere]);
    const target = new ScriptedTarget();
    assert.equal((await restored(t, house, target, { query: 'in:Sent', folder: 'Old' })).restored, 1);
    const report = await restored(t, house, target, { query: 'in:INBOX', folder: 'Old' });
    assert.deepEqual([report.proved, report.there, report.restored], [true, 0, 601]);
    assert.ok(target.folders.get('Old')?.some(({ bytes }) => bytes.equals(here.bytes)));
  });

  test('a file that is damaged does not go out', async (t) => {
    const house = await archiveOf(t, LETTERS.slice(0, 3));
    const [path = ''] = await house.files();
    chmodSync(house.archive.absolute(path), 0o600);
    writeFileSync(house.archive.absolute(path), 'other');
    const report = await restored(t, house, new ScriptedTarget());
    assert.deepEqual([report.reason, report.restored, report.failed], ['notRestored', 2, 1]);
    assert.match(report.folders.flatMap(({ failed }) => failed)[0]?.reason ?? '', /damaged/);
  });
});
