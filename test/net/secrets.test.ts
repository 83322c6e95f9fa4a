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

test('what is no secret stays: the command, the words that were shown, short words and their forms', () => {
  const secrets = new Secrets();
  secrets.note(bytes('a1 LOGIN "someone@own.test" "abc"\r\n'), 'a1 LOGIN "someone@own.test" ***');
  const said = `a1 NO LOGIN of someone@own.test: ${bytes('LOGIN').toString('base64')} abc YWJj`;
  assert.equal(secrets.hide(said), said);
});
