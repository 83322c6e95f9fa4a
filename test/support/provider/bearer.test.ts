// The provider's logins with tokens, over plain sockets.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { connectTo } from '../line-client.ts';
import { startProvider } from './provider.ts';

const USER = 'wang@mail.test';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const xoauth2 = (token: string): string => base64(`user=${USER}\u0001auth=Bearer ${token}\u0001\u0001`);
const oauthbearer = (token: string): string =>
  base64(`n,a=${USER},\u0001host=localhost\u0001port=993\u0001auth=Bearer ${token}\u0001\u0001`);
const WHY = base64('{"status":"400","schemes":"Bearer","scope":"mail"}');

suite('provider, logins with tokens', () => {
  test('a good token logs in by both mechanisms, a wrong one is told why and refused', async (t) => {
    const tokens = (address: string, token: string): boolean => address === USER && token === 'good';
    const house = await startProvider({ users: { [USER]: 'x' }, tokens });
    t.after(() => house.stop());
    for (const [mechanism, response, end] of [
      ['XOAUTH2', xoauth2, ''],
      ['OAUTHBEARER', oauthbearer, 'AQ=='],
    ] as const) {
      const imap = await connectTo(t, house.ports.imaps, true);
      assert.match(await imap.line(), new RegExp(`AUTH=${mechanism}\\b`));
      assert.deepEqual(await imap.ask(`a AUTHENTICATE ${mechanism} ${response('bad')}`, /^\+/), [`+ ${WHY}`]);
      await imap.send(end);
      assert.match(await imap.line(), /^a NO \[AUTHENTICATIONFAILED\]/);
      await imap.ask(`b AUTHENTICATE ${mechanism}`, /^\+/);
      await imap.ask(response('good'), /^b OK/);

      const pop3 = await connectTo(t, house.ports.pop3s, true);
      await pop3.line();
      assert.match((await pop3.ask('CAPA', /^\.$/)).join('\n'), /^SASL XOAUTH2 OAUTHBEARER$/m);
      await pop3.ask(`AUTH ${mechanism} ${response('bad')}`, /^\+ /);
      await pop3.send(end);
      assert.match(await pop3.line(), /^-ERR \[AUTH\]/);
      await pop3.ask(`AUTH ${mechanism}`, /^\+ /);
      await pop3.ask(response('good'), /^\+OK/);

      const smtp = await connectTo(t, house.ports.smtps, true);
      await smtp.line();
      assert.match(
        (await smtp.ask('EHLO x', /^250 /)).join('\n'),
        new RegExp(`^250.AUTH .*\\b${mechanism}\\b`, 'm'),
      );
      assert.deepEqual(await smtp.ask(`AUTH ${mechanism} ${response('bad')}`, /^334/), [`334 ${WHY}`]);
      await smtp.send(end);
      assert.match(await smtp.line(), /^535/);
      await smtp.ask(`AUTH ${mechanism} ${response('good')}`, /^235/);
    }
    assert.ok(house.heard().every(({ line }) => !line.includes(xoauth2('good'))));
  });

  test('a provider without tokens offers neither mechanism', async (t) => {
    const house = await startProvider({ users: { [USER]: 'x' } });
    t.after(() => house.stop());
    const imap = await connectTo(t, house.ports.imaps, true);
    assert.doesNotMatch(await imap.line(), /BEARER|XOAUTH/);
    await imap.ask(`a AUTHENTICATE XOAUTH2 ${xoauth2('good')}`, /^a NO/);
  });
});
