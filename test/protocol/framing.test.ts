import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DotReader, Framing, MAX_LINE } from '../../src/protocol/framing.ts';
import { MailError } from '../../src/model/error.ts';

/** All ways to cut `bytes` in two, in three, and octet by octet. */
function* cuts(bytes: Buffer): Generator<Buffer[]> {
  for (let a = 0; a <= bytes.length; a++) {
    for (let b = a; b <= bytes.length; b++) {
      yield [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)];
    }
  }
  yield [...bytes].map((octet) => Buffer.of(octet));
}

describe('lines', () => {
  const lines: [wire: string, lines: string[], left: string][] = [
    ['', [], ''],
    ['no end', [], 'no end'],
    ['only a CR\r', [], 'only a CR\r'],
    ['\n', [''], ''],
    ['\r\n', [''], ''],
    ['\r\r\n', ['\r'], ''],
    ['a\rb\r\n', ['a\rb'], ''],
    ['a\nb\r\nc', ['a', 'b'], 'c'],
    ['one\r\n\r\ntwo\r\n', ['one', '', 'two'], ''],
    ['\0\xff\r\n', ['\0\xff'], ''],
  ];
  for (const [wire, wanted, left] of lines) {
    it(`are the same however ${JSON.stringify(wire)} is cut`, () => {
      for (const pieces of cuts(Buffer.from(wire, 'latin1'))) {
        const framing = new Framing();
        const got: string[] = [];
        for (const piece of pieces) {
          framing.push(Buffer.from(piece));
          for (let line = framing.takeLine(); line !== undefined; line = framing.takeLine()) {
            got.push(line.toString('latin1'));
          }
        }
        assert.deepEqual(got, wanted);
        assert.equal(framing.length, left.length);
        assert.equal(framing.takeSome(Infinity)?.toString('latin1') ?? '', left);
      }
    });
  }

  it('of the greatest length pass, and one octet more is refused however it is cut', () => {
    for (const [length, size, refused] of [
      [MAX_LINE, Infinity, false],
      [MAX_LINE, 65536, false],
      [MAX_LINE + 1, Infinity, true],
      [MAX_LINE + 1, 65536, true],
    ] as const) {
      const framing = new Framing();
      const wire = Buffer.concat([Buffer.alloc(length, 'x'), Buffer.from('\n')]);
      const take = (): number | undefined => {
        for (let at = 0; at < wire.length; at += size) {
          framing.push(wire.subarray(at, at + size));
          const line = framing.takeLine();
          if (line !== undefined) return line.length;
        }
        return undefined;
      };
      if (refused) assert.throws(take, (thrown) => thrown instanceof MailError && thrown.kind === 'protocol');
      else assert.equal(take(), length);
    }
  });

  it('are refused before their end comes, so that an endless one cannot fill the memory', () => {
    const framing = new Framing();
    framing.push(Buffer.alloc(MAX_LINE, 'x'));
    assert.equal(framing.takeLine(), undefined);
    framing.push(Buffer.from('x'));
    assert.throws(() => framing.takeLine(), MailError);
  });

  it('that dribble in octet by octet are kept in few pieces', () => {
    const framing = new Framing();
    for (let at = 0; at < 10_000; at++) {
      framing.push(Buffer.from('x'));
      assert.equal(framing.takeLine(), undefined);
    }
    assert.equal(framing.length, 10_000);
    assert.equal(framing.takeSome(Infinity)?.length, 4096);
    framing.push(Buffer.from('\n'));
    assert.equal(framing.takeLine()?.length, 10_000 - 4096);
  });

  it('never change once they are handed out, whatever comes behind them', () => {
    const framing = new Framing();
    framing.push(Buffer.from('first\r\nsec'));
    const first = framing.takeLine();
    framing.push(Buffer.from('ond\r\n'));
    const second = framing.takeLine();
    assert.deepEqual([first?.toString(), second?.toString()], ['first', 'second']);
  });
});

describe('octets', () => {
  it('are taken as they lie, never more than wanted, and none where none are wanted', () => {
    const framing = new Framing();
    assert.equal(framing.takeSome(5), undefined);
    framing.push(Buffer.alloc(5000, 'a'));
    framing.push(Buffer.from('bc'));
    assert.equal(framing.takeSome(0), undefined);
    assert.equal(framing.takeSome(4999)?.length, 4999);
    assert.equal(framing.takeSome(10)?.toString(), 'a');
    assert.equal(framing.takeSome(1)?.toString(), 'b');
    assert.equal(framing.takeSome(Infinity)?.toString(), 'c');
    assert.equal(framing.length, 0);
  });

  it('that are put back come first again, and a line is found in them', () => {
    const framing = new Framing();
    framing.push(Buffer.from('second\r\n'));
    assert.equal(framing.takeSome(Infinity)?.toString(), 'second\r\n');
    framing.push(Buffer.from('third'));
    assert.equal(framing.takeLine(), undefined); // searched in vain, and then put in front of
    framing.putBack(Buffer.from('first\r\nsecond\r\n'));
    framing.putBack(Buffer.alloc(0));
    assert.equal(framing.length, 20);
    assert.equal(framing.takeLine()?.toString(), 'first');
    assert.equal(framing.takeLine()?.toString(), 'second');
    assert.equal(framing.takeLine(), undefined);
    framing.push(Buffer.from('\n'));
    assert.equal(framing.takeLine()?.toString(), 'third');
  });

  it('are gone after clear, and the search for lines begins anew', () => {
    const framing = new Framing();
    framing.push(Buffer.from('injected'));
    assert.equal(framing.takeLine(), undefined);
    framing.clear();
    assert.equal(framing.length, 0);
    framing.push(Buffer.from('a\r\n'));
    assert.equal(framing.takeLine()?.toString(), 'a');
  });
});

/** What a reader makes of `pieces`: the body, and what was behind its end (undefined: no end was seen). */
function read(pieces: Iterable<Buffer>, bareLf: boolean): { body: string; rest: string | undefined } {
  const reader = new DotReader(bareLf);
  let body = '';
  let rest: string | undefined;
  for (const piece of pieces) {
    if (rest !== undefined) {
      rest += piece.toString('latin1');
      continue;
    }
    const got = reader.read(piece);
    body += Buffer.concat(got.pieces).toString('latin1');
    rest = got.rest?.toString('latin1');
  }
  return { body, rest };
}

describe('a dot-terminated body', () => {
  const bodies: [wire: string, body: string, rest: string | undefined, bareLf?: boolean][] = [
    ['', '', undefined],
    ['text without an end\r\n', 'text without an end\r\n', undefined],
    ['glued to the text.\r\n', 'glued to the text.\r\n', undefined], // P-020
    ['.\r\n', '', ''],
    ['.\r\n+OK\r\n', '', '+OK\r\n'],
    ['a\r\n.\r\n', 'a\r\n', ''],
    ['a\r\n.\r\n.\r\n', 'a\r\n', '.\r\n'],
    ['..\r\n.\r\n', '.\r\n', ''],
    ['..hidden\r\n.\r\n', '.hidden\r\n', ''], // P-023
    ['...\r\n.\r\n', '..\r\n', ''],
    ['.single\r\n.\r\n', 'single\r\n', ''], // RFC 1939 §3: whatever follows, the first dot goes
    ['a.\r\n.b.\r\n.\r\n', 'a.\r\nb.\r\n', ''],
    ['\r\n\r\n.\r\n', '\r\n\r\n', ''],
    ['\n.\n\r\n.\r\n', '\n.\n\r\n', ''], // P-022: a bare LF ends no line
    ['a\n.\n..b\r\n.\r\nx', 'a\n.\n..b\r\n', 'x'],
    ['a\n..b\r\n.\r\n', 'a\n..b\r\n', ''],
    ['a\r.\r\n.\r\n', 'a\r.\r\n', ''], // nor does a bare CR
    ['a\r\r\n.\r\n', 'a\r\r\n', ''],
    ['.\r.\r\n.\r\n', '\r.\r\n', ''],
    ['.\r\r\n.\r\n', '\r\r\n', ''],
    ['.\rx\r\n.\r\n', '\rx\r\n', ''],
    ['.\nx\r\n.\r\n', '\nx\r\n', ''],
    ['\0\xff\r\n.\r\n', '\0\xff\r\n', ''], // P-026
    ['.\n', '', '', true], // P-024: a server that says LF for all ends its bodies so
    ['a\n.\n+OK\n', 'a\n', '+OK\n', true],
    ['a\n..b\n.\n', 'a\n.b\n', '', true],
    ['a\r\n.\r\n', 'a\r\n', '', true],
    ['a\r\n..\r\n.\n', 'a\r\n.\r\n', '', true],
    ['a\n.\rb\n.\n', 'a\n\rb\n', '', true],
    ['\n\n.\n', '\n\n', '', true],
  ];
  for (const [wire, might] of [
    ['a\n.\r\n', true], // P-022
    ['a\n.\n', true],
    ['\n.\r\n', true],
    ['a\r\n..\r\n', false],
    ['a\n.\r\nb', false],
    ['a.\r\n', false], // P-020
    ['a\n..\r\n', false],
  ] as const)
    it(`${might ? 'may be' : 'is not'} over by bare LF behind ${JSON.stringify(wire)}, however it is cut`, () => {
      for (const pieces of cuts(Buffer.from(wire, 'latin1'))) {
        const reader = new DotReader(false);
        for (const piece of pieces) reader.read(piece);
        assert.equal(reader.mayHaveEnded, might);
      }
    });

  for (const [wire, body, rest, bareLf = false] of bodies) {
    it(`is ${JSON.stringify(body)} in ${JSON.stringify(wire)}${bareLf ? ' by bare LF' : ''}, however it is cut`, () => {
      for (const pieces of cuts(Buffer.from(wire, 'latin1'))) {
        assert.deepEqual(read(pieces, bareLf), { body, rest });
      }
    });
  }

  it('comes out as it went in, for any octets, stuffed as RFC 1939 §3 says', () => {
    let seed = 1;
    const next = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    for (let round = 0; round < 300; round++) {
      const alphabet = ['\r\n', '\r\n', '.', '.', '\r', '\n', 'x', '\xff'];
      const text = `${Array.from({ length: next(40) }, () => alphabet[next(alphabet.length)] ?? '').join('')}\r\n`;
      const stuffed = `${text.replace(/^\./, '..').replaceAll('\r\n.', '\r\n..')}.\r\n+OK`;
      const wire = Buffer.from(stuffed, 'latin1');
      const size = 1 + next(9);
      const pieces = Array.from({ length: Math.ceil(wire.length / size) }, (_, at) =>
        wire.subarray(at * size, at * size + size),
      );
      assert.deepEqual(read(pieces, false), { body: text, rest: '+OK' });
    }
  });

  it('is read by bare LF only where the line before it ended so', () => {
    for (const [status, wire, wanted] of [
      ['+OK\n', 'a\n.\n', 'a\n'],
      ['+OK\r\n', 'a\n.\n\r\n.\r\n', 'a\n.\n\r\n'],
    ] as const) {
      const framing = new Framing();
      framing.push(Buffer.from(status + wire));
      framing.takeLine();
      const { pieces, rest } = framing.dotReader().read(framing.takeSome(Infinity) ?? Buffer.alloc(0));
      assert.equal(Buffer.concat(pieces).toString(), wanted);
      assert.equal(rest?.length, 0);
    }
  });

  it('is handed on without being copied where no dot is dropped', () => {
    const chunk = Buffer.from('all of it\r\n');
    const { pieces } = new DotReader(false).read(chunk);
    assert.equal(pieces.length, 1);
    assert.equal(pieces[0]?.buffer, chunk.buffer);
  });
});
