// What was sent as a secret is seen in no shape that a server, or a program behind it, may give it back in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Secrets } from '../../src/net/secrets.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

test('a secret is hidden as it is, in a URL, in percents, in JSON, in BASE64 and in hex', () => {
  for (const secret of ['p@ss/wörd+"1"\\2', '授权码-abc.def$', 'a.b*c(d)[e]^f', 'lone\ud800surrogate']) {
    const secrets = new Secrets();
    secrets.note(bytes(`PASS ${secret}\r\n`), 'PASS ***');
    // The octets that went out; what no octets stand for did not.
    const sent = bytes(secret).toString();
    const percent = [...bytes(sent)].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
    for (const form of [
      sent,
      encodeURIComponent(sent),
      encodeURIComponent(sent).toLowerCase(),
      percent,
      percent.toUpperCase(),
      JSON.stringify(sent).slice(1, -1),
      bytes(sent).toString('base64'),
      bytes(sent).toString('base64url'),
      bytes(sent).toString('hex'),
    ]) {
      const told = secrets.hide(`-ERR what is <${form}>, and password=${form}&x?`);
      assert.ok(!told.includes(form), `${form}: ${told}`);
      assert.match(told, /^-ERR what is <\*+=*>, and password=.*&x\?$/, form);
    }
  }
});

test('what is no secret stays: the command, the words that were shown, what a short one is in, and its forms', () => {
  const secrets = new Secrets();
  secrets.note(bytes('a1 LOGIN "someone@own.test" "abc"\r\n'), 'a1 LOGIN "someone@own.test" ***');
  const said = `a1 NO LOGIN of someone@own.test: ${bytes('LOGIN').toString('base64')} abc YWJj`;
  assert.equal(secrets.hide(said), said.replace(' abc ', ' *** '));
  assert.equal(secrets.hide('abcd, xabc'), 'abcd, xabc');
});

test('a very short password is hidden where it stands alone, whatever it is made of', () => {
  for (const secret of ['7', 'q~9', 'Ω7', '.*', '$&', '\\d', '灯']) {
    for (const [sent, shown] of [
      [`PASS ${secret}\r\n`, 'PASS ***'],
      [
        `a1 AUTHENTICATE PLAIN ${bytes(`\0me\0${secret}`).toString('base64')}\r\n`,
        'a1 AUTHENTICATE PLAIN ***',
      ],
    ] as const) {
      const secrets = new Secrets();
      secrets.note(bytes(sent), shown);
      assert.equal(secrets.hide(`-ERR you said <${secret}>`), '-ERR you said <***>', secret);
    }
  }
});

test('a part of a secret is hidden where a server breaks its lines in it, whatever marks the secret has', () => {
  for (const secret of [
    'L0ng'.repeat(60),
    'a.b*c(d)[e]^f$|+?{2}',
    'one:two;three,four',
    `it's"quoted"<odd>`,
  ]) {
    const secrets = new Secrets();
    secrets.note(
      bytes(`\0me\0${secret}`.replace(/^.*$/s, (said) => `AUTH PLAIN ${bytes(said).toString('base64')}`)),
      'AUTH PLAIN ***',
    );
    for (let at = 6; at <= secret.length; at++) {
      const [left, right] = [secret.slice(0, at), secret.slice(at)];
      const told = secrets.hide(`535 it begins ${left} here`);
      assert.ok(!told.includes(left), `${left}: ${told}`);
      assert.match(told, /^535 it begins \*+ here$/);
      if (right.length >= 6) assert.ok(!secrets.hide(`no ${right} here`).includes(right), right);
    }
    // A long answer is cut before it is told.
    assert.match(secrets.hide(`535 ${secret.slice(0, -2)}…`), /^535 \*+…$/);
    assert.equal(secrets.hide('535 nothing of it is here'), '535 nothing of it is here');
  }
});
