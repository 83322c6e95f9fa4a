// `oauth2:` in the configuration: what is known of a provider, what the person says, and what cannot be.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '../../src/config/load.ts';
import { MailError } from '../../src/model/error.ts';
import type { OAuth2 } from '../../src/model/oauth2.ts';

const ENV = { env: { SECRET: 's3cret' }, home: '/home/me' };

function parsed(oauth2: string, open: boolean = false): OAuth2 | undefined {
  const text = `accounts:\n  - name: a\n    address: me@outlook.com\n    receive: {}\n    oauth2: ${oauth2}\n`;
  return parseConfig(text, '/etc/mailkeep/config.yaml', open, ENV).accounts[0]?.oauth2;
}

function complaint(oauth2: string, open?: boolean): string {
  try {
    parsed(oauth2, open);
  } catch (error) {
    assert.ok(error instanceof MailError && error.kind === 'config');
    return error.message.replaceAll('/etc/mailkeep/config.yaml:', '');
  }
  return 'accepted';
}

test('a known provider needs a client id, and without one the configuration still holds', () => {
  const table: [string, string, boolean, RegExp, string][] = [
    ['google', 'Google', false, /^https:\/\/mail\.google\.com\/$/, 'http://127.0.0.1/'],
    ['microsoft', 'Microsoft', true, /IMAP\.AccessAsUser\.All .*POP\.AccessAsUser\.All .*SMTP\.Send offline_access$/, 'http://localhost/'],
    ['yahoo', 'Yahoo', false, /^mail-w$/, 'oob'],
  ]; // prettier-ignore
  for (const [name, provider, device, scope, redirect] of table) {
    const found = parsed(`{ provider: ${name} }`);
    assert.deepEqual(
      [found?.provider, found?.deviceEndpoint !== undefined, found?.redirect, found?.clientId],
      [provider, device, redirect, undefined],
    );
    assert.match(found?.scope ?? '', scope);
    assert.match(found?.tokenEndpoint ?? '', /^https:/);
    assert.match(found?.registering ?? '', /oauth2\.clientId/);
  }
});

test('the tenant stands in every address of Microsoft', () => {
  const found = parsed('{ provider: microsoft, clientId: c, tenant: example.org }');
  for (const at of [found?.tokenEndpoint, found?.authorizationEndpoint, found?.deviceEndpoint])
    assert.match(at ?? '', /^https:\/\/login\.microsoftonline\.com\/example\.org\/oauth2\/v2\.0\//);
  assert.match(parsed('{ provider: microsoft }')?.tokenEndpoint ?? '', /\/common\//);
});

test('any other provider is told by its addresses, and a secret by its place', async () => {
  const found = parsed(
    '{ provider: generic, clientId: c, clientSecret: { env: SECRET }, tokenEndpoint: "https://x.example/t", deviceEndpoint: "http://127.0.0.1:8/d", scope: mail, ca: own.pem, redirectUri: "http://localhost:7777/cb" }',
  );
  assert.equal(await found?.clientSecret?.(), 's3cret');
  assert.deepEqual(
    [found?.provider, found?.scope, found?.ca, found?.redirect],
    ['x.example', 'mail', '/etc/mailkeep/own.pem', 'http://localhost:7777/cb'],
  );
});

test('what cannot be right is told with its key', () => {
  const at = (key: string): string => `5: accounts[0].oauth2.${key}: `;
  const table: [string, string][] = [
    ['{ provider: apple }', `${at('provider')}must be one of google, microsoft, yahoo, generic`],
    ['{ provider: google, clientID: c }', `${at('clientID')}unknown key; did you mean "clientId"?`],
    ['{ provider: google, tenant: x }', `${at('tenant')}is for provider: microsoft alone`],
    ['{ provider: microsoft, tenant: ../x }', `${at('tenant')}must be a directory id, a domain, common, organizations or consumers`],
    ['{ provider: google, tokenEndpoint: "https://x/" }', `${at('tokenEndpoint')}is for provider: generic; that of google is known`],
    ['{ provider: google, ca: x }', `${at('ca')}is for provider: generic; that of google is known`],
    ['{ provider: generic, deviceEndpoint: "https://x/" }', `${at('tokenEndpoint')}is missing; provider: generic needs it`],
    ['{ provider: generic, tokenEndpoint: "https://x/" }', `${at('authorizationEndpoint')}is missing; provider: generic needs it, or deviceEndpoint, or both`],
    ['{ provider: google, redirectUri: "http://example.org/" }', `${at('redirectUri')}must be an address such as http://127.0.0.1:8123/, or oob`],
  ]; // prettier-ignore
  for (const [oauth2, wanted] of table) assert.equal(complaint(oauth2), wanted, oauth2);
  for (const address of [
    'http://x.example/t',
    'ftp://x.example/',
    'x',
    'https://user@x.example/',
    'https://x.example/#a',
    'http://127.0.0.1.x.example/',
  ])
    assert.match(
      complaint(`{ provider: generic, deviceEndpoint: "https://x/", tokenEndpoint: "${address}" }`),
      /tokenEndpoint: must begin with https:/,
      address,
    );
});

test("a client's secret stands in no file that others can read", () => {
  const literal = '{ provider: google, clientId: c, clientSecret: geheim }';
  assert.match(
    complaint(literal, true),
    /^5: accounts\[0\]\.oauth2\.clientSecret: would be readable by other users/,
  );
  assert.doesNotMatch(complaint(literal, true), /geheim/);
  assert.equal(complaint(literal, false), 'accepted');
});
