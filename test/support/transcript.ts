// Plays a transcript against a dialogue with no socket. A transcript is text: `C: ` what the client must send, `S: ` what the
// server sends (both with CRLF added), `S> ` the same without a line end, `S| n` n octets of filler, `TLS` where TLS must
// start, `DEFLATE` where compression must (the text goes on as it is inside), `SILENCE` where the server says nothing until a
// grace runs out, `# ` a comment. `\r \n \0 \\ \xNN` stand for octets. Every transcript should be played with `everySplit` too:
// the result must not depend on packet bounds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Dialogue, Came } from '../../src/protocol/dialogue.ts';
import { Framing } from '../../src/protocol/framing.ts';

type Step =
  { readonly who: 'C' | 'S'; readonly bytes: Buffer } | { readonly who: 'TLS' | 'DEFLATE' | 'SILENCE' };

/** Reads `test/transcripts/<name>.txt`, e.g. `pop3/dovecot-login`. */
export function transcript(name: string): string {
  return readFileSync(`test/transcripts/${name}.txt`, 'utf8');
}

/** Plays `text` against `dialogue` with the server's octets cut into pieces of `size`; returns what the dialogue returned. */
export async function play<T>(text: string, dialogue: Dialogue<T>, size: number = Infinity): Promise<T> {
  const steps = parse(text);
  const framing = new Framing();
  let incoming: Buffer = Buffer.alloc(0); // what the server has sent and the framing has not yet got
  let outgoing: Buffer = Buffer.alloc(0); // what the client has sent and the transcript has not yet matched
  const advance = (): void => {
    for (;;) {
      const [next] = steps;
      if (next === undefined) return;
      if (next.who === 'C') {
        if (outgoing.length < next.bytes.length && next.bytes.subarray(0, outgoing.length).equals(outgoing))
          return;
        assert.equal(
          outgoing.subarray(0, next.bytes.length).toString('latin1'),
          next.bytes.toString('latin1'),
        );
        outgoing = outgoing.subarray(next.bytes.length);
      } else if (next.who === 'S') {
        incoming = Buffer.concat([incoming, next.bytes]);
      } else {
        return;
      }
      steps.shift();
    }
  };
  const more = (): boolean => {
    if (incoming.length === 0) return false;
    const piece = incoming.subarray(0, size);
    incoming = incoming.subarray(piece.length);
    framing.push(Buffer.from(piece));
    return true;
  };
  let came: Came;
  for (;;) {
    const step = dialogue.next(came);
    came = undefined;
    if (step.done === true) {
      assert.equal(outgoing.toString('latin1'), '', 'the client sent what the transcript does not hold');
      assert.deepEqual(
        steps.filter((left) => left.who === 'C'),
        [],
        'the client did not send all of the transcript',
      );
      return step.value;
    }
    const want = step.value;
    advance();
    switch (want.want) {
      case 'send':
        outgoing = Buffer.concat([outgoing, want.bytes]);
        advance();
        break;
      case 'stream':
        for await (const chunk of want.from) outgoing = Buffer.concat([outgoing, chunk]);
        advance();
        break;
      case 'tls':
        assert.equal(steps.shift()?.who, 'TLS', 'TLS was not due here');
        assert.equal(incoming.length + framing.length, 0, 'octets were received before TLS');
        break;
      case 'deflate':
        assert.equal(steps.shift()?.who, 'DEFLATE', 'compression was not due here');
        break;
      case 'line': {
        let line = framing.takeLine();
        // What waits for a signal goes on as soon as that has come and no whole line is there.
        const over = (): boolean => want.until?.aborted === true;
        while (line === undefined && !over() && more()) line = framing.takeLine();
        if (line === undefined && !over()) {
          assert.equal(steps.shift()?.who, 'SILENCE', 'the transcript ended while the client awaited a line');
          assert.ok(want.grace !== undefined, 'the client would wait for ever');
        }
        came = line ?? null;
        break;
      }
      case 'body': {
        came = 0;
        const dots = want.until === 'dot' ? framing.dotReader() : undefined;
        for (let ended = want.until === 0; !ended;) {
          const chunk = framing.takeSome(want.until === 'dot' ? Infinity : want.until - came);
          if (chunk === undefined) {
            assert.ok(more(), 'the transcript ended inside a body');
            continue;
          }
          const { pieces, rest } = dots?.read(chunk) ?? { pieces: [chunk], rest: undefined };
          for (const piece of pieces) {
            await want.to.write(piece);
            came += piece.length;
          }
          if (rest !== undefined) framing.putBack(rest);
          ended = rest !== undefined || came === want.until;
        }
        break;
      }
    }
  }
}

/** Plays whole, then octet by octet and in pieces of 2, 3 and 7; every result must be the same. `make` builds a new dialogue. */
export async function everySplit<T>(text: string, make: () => Dialogue<T>): Promise<T> {
  const whole = await play(text, make());
  for (const size of [1, 2, 3, 7])
    assert.deepEqual(await play(text, make(), size), whole, `split every ${size} octets`);
  return whole;
}

function parse(text: string): Step[] {
  const steps: Step[] = [];
  for (const row of text.split('\n')) {
    const [, mark, rest = ''] = /^(C:|S:|S>|S\||TLS$|DEFLATE$|SILENCE$|#)\s?(.*)$/.exec(row) ?? [];
    if (mark === undefined) assert.equal(row.trim(), '', `not a transcript line: ${row}`);
    else if (mark === 'TLS' || mark === 'DEFLATE' || mark === 'SILENCE') steps.push({ who: mark });
    else if (mark === 'S|') steps.push({ who: 'S', bytes: Buffer.alloc(Number(rest), 'x') });
    else if (mark === 'S>') steps.push({ who: 'S', bytes: octets(rest) });
    else if (mark !== '#') steps.push({ who: mark === 'C:' ? 'C' : 'S', bytes: octets(`${rest}\\r\\n`) });
  }
  return steps;
}

function octets(text: string): Buffer {
  const named: Record<string, string> = { r: '\r', n: '\n', '0': '\0', '\\': '\\' };
  const latin = Buffer.from(text, 'utf8').toString('latin1');
  const filled = latin.replace(
    /\\(?:x([0-9a-fA-F]{2})|([rn0\\]))/g,
    (_, hex: string | undefined, name: string | undefined) =>
      hex === undefined ? (named[name ?? ''] ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(filled, 'latin1');
}
