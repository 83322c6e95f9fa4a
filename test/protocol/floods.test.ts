// Servers that say too much: lines made to be slow to read, and answers that never end. Nothing here may take a time that
// grows with the square of a line, or a memory that grows with what a server likes to send.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dialogue } from '../../src/protocol/dialogue.ts';
import { capability } from '../../src/protocol/imap/capability.ts';
import { uidFetchList } from '../../src/protocol/imap/fetch-list.ts';
import { greeting } from '../../src/protocol/imap/greeting.ts';
import { allUids } from '../../src/protocol/imap/esearch.ts';
import { examine } from '../../src/protocol/imap/examine.ts';
import { list } from '../../src/protocol/imap/list.ts';
import { statuses } from '../../src/protocol/imap/status.ts';
import type { UidValidity, WireName } from '../../src/model/ids.ts';
import { Tags } from '../../src/protocol/imap/tags.ts';
import { capa } from '../../src/protocol/pop3/capa.ts';
import { ONE_BY_ONE } from '../../src/protocol/pop3/in-turn.ts';
import { retr } from '../../src/protocol/pop3/retr.ts';
import { uidl } from '../../src/protocol/pop3/uidl.ts';
import { ehlo } from '../../src/protocol/smtp/ehlo.ts';
import { fetched } from './imap/received.ts';

const host = 'imap.example';
const SPACES = ' '.repeat(1_000_000);

describe('a line of a megabyte, made to be slow', () => {
  for (const [what, lines, make] of [
    ['greeting', [`* OK [A${SPACES}`], () => greeting(host, false)],
    ['status', [`* OK [A${SPACES}`, 'A0001 OK'], () => capability(host, new Tags())],
    ['folder', [`* LIST () "/" a${SPACES}b`, 'A0001 OK'], () => list(host, new Tags())],
    ['quoted folder', [`* LIST () "/" "a" (${SPACES}b`, 'A0001 OK'], () => list(host, new Tags())],
    ['row', [`* 1 FETCH (UID 1) x${SPACES}x`, 'A0001 OK'], () => uidFetchList(host, new Tags(), '1:9')],
    ['status of a folder', [`* STATUS a (${SPACES}b`, 'A0001 OK'], () => surveyed()],
    ['name in a status', [`* STATUS a${SPACES}(b)`, 'A0001 OK'], () => surveyed()],
    ['vanished set', [`* VANISHED (EARLIER) ${SPACES}x`, 'A0001 OK'], () => resynchronised()],
    ['search', [`* ESEARCH UID ALL${SPACES}x`, 'A0001 OK'], () => allUids(host, new Tags())],
    ['section', [`* 1 FETCH (${'BODY[ '.repeat(170_000)}`, 'A0001 OK'], () => fetched('1:9')],
    ['unique-id', ['+OK', `1 a${SPACES}b`, '.'], () => uidl(host)],
    ['POP3 capability', ['+OK', 'UIDL', `A b${SPACES}c`, '.'], () => capa(host)],
    ['SMTP extension', ['250-a', `250 A b${SPACES}c`], () => ehlo(host, 'here')],
  ] as const satisfies readonly (readonly [string, readonly string[], () => Dialogue<unknown>])[]) {
    it(`costs no more than it is long: a ${what}`, () => {
      hear<unknown>(make(), lines);
    });
  }
});

describe('an answer that never ends', () => {
  it('with a message, over POP3, is given up before it fills the disk', () => {
    const megabyte = Buffer.alloc(1 << 20);
    let written = 0;
    const asked = [{ number: 1, size: null }];
    const dialogue = retr(host, () => asked.shift(), ONE_BY_ONE, {
      begin: () => ({ write: () => void written++ }),
      whole: () => undefined,
      refused: () => true,
    });
    const endless = (): void => {
      for (let step = dialogue.next(); step.done !== true;) {
        const asked = step.value;
        if (asked.want !== 'body')
          step = dialogue.next(asked.want === 'line' ? Buffer.from('+OK') : undefined);
        else for (let n = 0; n < 600; n++) void asked.to.write(megabyte);
      }
    };
    assert.throws(endless, { kind: 'protocol', message: /RETR 1: imap\.example sent more than/ });
    assert.equal(written, 512);
  });

  it('of rows is given up', () => {
    const rows = counting((n) => `* ${n} FETCH (UID ${n})`);
    assert.throws(() => hear(uidFetchList(host, new Tags(), '1:4294967295'), rows), tooMuch);
  });

  it('of vanished UIDs, or of those that are there, is not kept', () => {
    const set = Array.from({ length: 100_000 }, (_, n) => 2 * n + 1).join(',');
    const repeated = (line: string) => [...Array<string>(12).fill(line), 'A0001 OK'];
    const { changed } = hear(resynchronised(), repeated(`* VANISHED (EARLIER) ${set}`));
    assert.equal(changed?.vanished, null);
    assert.equal(hear(allUids(host, new Tags()), repeated(`* ESEARCH UID ALL ${set}`)), null);
  });

  it('of long names is given up before it fills the memory', () => {
    const name = 'x'.repeat(500_000);
    const rows = counting((n) => `* LIST () "/" ${n}${name}`);
    assert.throws(() => hear(list(host, new Tags()), rows), tooMuch);
  });

  it('of capabilities in statuses is given up before it fills the memory', () => {
    const name = 'x'.repeat(500_000);
    const rows = counting((n) => `* OK [CAPABILITY ${n}${name}]`);
    assert.throws(() => hear(capability(host, new Tags()), rows), tooMuch);
  });

  it('of bodies that nobody asked for is given up', () => {
    const rows = pairs(() => ['* 1 FETCH (UID 7 BODY[] {0}', ')']);
    assert.throws(() => hear(fetched('1:3'), rows), tooMany);
  });

  it('of bodies within one response is given up while few files are open', () => {
    const rows = counting((n) => `${n === 1 ? '* 1 FETCH (UID 1' : ''} BODY[] {0}`);
    assert.throws(() => hear(fetched('1:1000'), rows), tooMany);
  });
});

const surveyed = () => statuses(host, new Tags(), ['a' as WireName], '(MESSAGES)', 1);
const resynchronised = () =>
  examine(host, new Tags(), 'a' as WireName, null, {
    since: { validity: 1 as UidValidity, modseq: '1' },
  });

const tooMuch = { kind: 'protocol', message: /imap\.example (sent too much|told more than)/ };
const tooMany = { kind: 'protocol', message: /more bodies than were asked for/ };

/** Plays a server that says these lines whatever it hears; literals are empty. */
function hear<T>(dialogue: Dialogue<T>, lines: Iterable<string>): T {
  const said = lines[Symbol.iterator]();
  for (let step = dialogue.next(); ;) {
    if (step.done === true) return step.value;
    const { want } = step.value;
    if (want === 'body') step = dialogue.next(0);
    else step = dialogue.next(want === 'line' ? Buffer.from(next(said)) : undefined);
  }
}

function next(said: Iterator<string>): string {
  const { done, value } = said.next();
  if (done === true) throw new Error('the client waits for a line that never comes');
  return value;
}

function* counting(text: (n: number) => string): Generator<string> {
  for (let n = 1; n < 20_000_000; n++) yield text(n);
}

function* pairs(text: () => readonly string[]): Generator<string> {
  for (let n = 1; n < 1_000_000; n++) yield* text();
}
