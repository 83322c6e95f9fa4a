// What is known of providers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { presetFor, presetOfHost } from '../../src/config/presets.ts';

test('an unknown domain, or one that only ends like a known one, has no preset', () => {
  for (const address of ['me@example.org', 'me@xqq.com', 'me@mail.qq.com', 'qq.com@example.org'])
    assert.equal(presetFor(address), undefined, address);
});

test('every promised domain has a preset whose hint names what its provider wants', () => {
  const table: [RegExp, string][] = [
    [/授权码/, 'qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net aliyun.com sina.com 139.com'],
    [
      /app password|应用专用密码/,
      'gmail.com googlemail.com icloud.com me.com mac.com yahoo.com zoho.com fastmail.com',
    ],
    [/OAuth2/, 'outlook.com hotmail.com live.com'],
  ];
  for (const [hint, domains] of table) {
    for (const domain of domains.split(' ')) {
      const preset = presetFor(`Me@${domain.toUpperCase()}`);
      for (const text of [preset?.loginHint.en, preset?.loginHint.zh]) assert.match(text ?? '', hint, domain);
      assert.equal(preset?.imap.tls, 'implicit', domain);
      assert.equal(presetOfHost(preset?.imap.host ?? '')?.provider, preset?.provider, domain);
    }
  }
});
