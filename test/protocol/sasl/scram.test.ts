import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MailError } from '../../../src/model/error.ts';
import type { Binding, Channel } from '../../../src/protocol/sasl/channel.ts';
import { saslprep } from '../../../src/protocol/sasl/saslprep.ts';
import { Scram, type Bound } from '../../../src/protocol/sasl/scram.ts';
import { channelTo, NONCE } from '../../support/logins.ts';
import { ScramServer, type ScramOptions } from '../../support/scram-server.ts';

const USER = { user: 'user', password: 'pencil' };
const FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const BINDING: Binding = { type: 'tls-exporter', data: Buffer.alloc(32, 7) };

function scram(bound: Bound = 'n', channel: Partial<Channel> = {}): Scram {
  return new Scram(USER, 'sha256', bound, channelTo('imap.example', channel));
}

/** What a login ends with at this server: true, the server's error, or what the client throws. */
function login(client: Scram, options: Partial<ScramOptions> = {}): true | string | null {
  const server = new ScramServer({ password: 'pencil', ...options });
  const challenge = server.challenge(client.initial.toString());
  const final = client.answer(Buffer.from(challenge)) ?? Buffer.alloc(0);
  const verdict = server.verdict(final.toString());
  assert.equal(client.answer(Buffer.from(verdict))?.length, 0);
  if (client.refusal !== null) return client.refusal;
  client.confirm();
  return true;
}

function hostile(act: () => unknown, message: RegExp): void {
  assert.throws(act, (thrown) => {
    assert.ok(thrown instanceof MailError);
    assert.deepEqual([thrown.kind, thrown.retry, thrown.phase], ['protocol', 'later', 'auth']);
    assert.match(thrown.message, /^login by SCRAM-SHA-256(-PLUS)? broken off: imap\.example sent /);
    assert.match(thrown.message, message);
    assert.doesNotMatch(thrown.message, /pencil/);
    return true;
  });
}

describe('SCRAM', () => {
  it('with SHA-256 is the example of RFC 7677', () => {
    const client = scram();
    assert.equal(client.initial.toString(), `n,,n=user,r=${NONCE}`);
    assert.equal(
      client.answer(Buffer.from(FIRST))?.toString(),
      `c=biws,r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    );
    client.answer(Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='));
    client.confirm();
    assert.equal(client.complete, true);
  });

  it('with SHA-1 is the example of RFC 5802', () => {
    const nonce = (): string => 'fyko+d2lbbFgONRv9qkxdawL';
    const client = new Scram(USER, 'sha1', 'n', channelTo('imap.example', { nonce }));
    assert.equal(client.initial.toString(), 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL');
    const first = 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096';
    assert.equal(
      client.answer(Buffer.from(first))?.toString(),
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    );
    client.answer(Buffer.from('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='));
    client.confirm();
  });

  it('passes over extensions behind the known attributes', () => {
    const client = scram();
    assert.ok(client.answer(Buffer.from(`${FIRST},x=later`)) !== null);
  });

  it('writes = and , in a name as =3D and =2C', () => {
    const client = new Scram({ user: 'a=b,c', password: 'p' }, 'sha256', 'n', channelTo('x'));
    assert.equal(client.initial.toString(), `n,,n=a=3Db=2Cc,r=${NONCE}`);
  });

  it('binds to the connection, and a server on another one notices', () => {
    assert.equal(login(scram(BINDING), { binding: BINDING }), true);
    const other = { ...BINDING, data: Buffer.alloc(32, 8) };
    assert.equal(login(scram(BINDING), { binding: other }), 'channel-bindings-dont-match');
  });

  it('says y where it could have been bound, so that a server which offers that sees its list was cut', () => {
    assert.equal(scram('y').initial.toString('utf8', 0, 3), 'y,,');
    assert.equal(login(scram('y')), true);
    assert.throws(() => login(scram('y'), { offersPlus: true }), /the header is y,,/);
  });

  it('with a wrong password tells what the server says of it, and is not confirmed', () => {
    const client = scram();
    assert.equal(login(client, { password: 'another' }), 'invalid-proof');
    hostile(() => client.confirm(), /yes without a proof/);
  });

  it('takes an error in place of the first challenge too', () => {
    const client = scram(BINDING);
    assert.equal(client.answer(Buffer.from('e=unsupported-channel-binding-type'))?.length, 0);
    assert.equal(client.refusal, 'unsupported-channel-binding-type');
    assert.equal(client.answer(Buffer.from(FIRST)), null);
  });

  const FIRSTS: readonly (readonly [what: string, first: string, says: RegExp])[] = [
    ['nothing', '', /nonce/],
    ['another nonce', FIRST.replace('r=r', 'r=x'), /nonce that is not ours/],
    ['our nonce alone', `r=${NONCE},s=W22Z,i=4096`, /nonce that is not ours/],
    ['a control character in the nonce', `r=${NONCE}\x07,s=W22Z,i=4096`, /nonce/],
    ['a nonce of 64 kB', `r=${NONCE}${'x'.repeat(65_536)},s=W22Z,i=4096`, /nonce/],
    ['an extension that must be understood', `m=x,${FIRST}`, /nonce/],
    ['no salt', `r=${NONCE}x,s=,i=4096`, /no salt/],
    ['a salt that is no base64', `r=${NONCE}x,s=%%%%,i=4096`, /no salt/],
    ['no iterations', `r=${NONCE}x,s=W22Z,i=0`, /iteration count \(i=0\)/],
    ['negative iterations', `r=${NONCE}x,s=W22Z,i=-1`, /iteration count/],
    ['iterations for a year', `r=${NONCE}x,s=W22Z,i=1000001`, /iteration count \(i=1000001\)/],
    [
      'iterations beyond all numbers',
      `r=${NONCE}x,s=W22Z,i=${'9'.repeat(400)}`,
      /iteration count \(i=9{17}…\)/,
    ],
    ['iterations in hexadecimal', `r=${NONCE}x,s=W22Z,i=0x1000`, /iteration count/],
  ];
  for (const [what, first, says] of FIRSTS) {
    it(`is broken off where the server sends ${what}`, () => {
      hostile(() => scram().answer(Buffer.from(first)), says);
    });
  }

  it('needs 4096 iterations in clear, where whoever listens can guess', () => {
    const few = Buffer.from(`r=${NONCE}x,s=W22Z,i=4095`);
    hostile(() => scram('n', { secure: false, loopback: true }).answer(few), /iteration count/);
    assert.ok(scram().answer(few) !== null);
  });

  for (const [what, final] of [
    ['the signature of another', `v=${Buffer.alloc(32).toString('base64')}`],
    ['a short signature', 'v=AAAA'],
    ['no signature', 'v='],
    ['something else', 'x=y'],
    ['nothing', ''],
  ] as const) {
    it(`is broken off where the server, instead of a proof, sends ${what}`, () => {
      const client = scram();
      client.answer(Buffer.from(FIRST));
      hostile(() => client.answer(Buffer.from(final)), /signature that does not prove/);
    });
  }

  it('takes no yes before the proof', () => {
    const client = scram();
    hostile(() => client.confirm(), /yes without a proof/);
    client.answer(Buffer.from(FIRST));
    hostile(() => client.confirm(), /yes without a proof/);
    assert.equal(client.complete, false);
  });
});

describe('SASLprep', () => {
  // The table of RFC 4013 §3, and what a Chinese keyboard makes.
  for (const [typed, prepared] of [
    ['I\u00adX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00aa', 'a'],
    ['\u2168', 'IX'],
    ['密码１２３', '密码123'],
    ['a\u3000b\u200bc', 'a b c'],
    ['e\u0301\ufe0f', 'é'],
  ] as const) {
    it(`makes ${JSON.stringify(prepared)} of ${JSON.stringify(typed)}`, () => {
      assert.equal(saslprep(typed), prepared);
    });
  }
});
