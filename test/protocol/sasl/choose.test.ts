import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choose } from '../../../src/protocol/sasl/choose.ts';
import type { Channel } from '../../../src/protocol/sasl/channel.ts';
import { channelTo } from '../../support/logins.ts';

const PASSWORD = { user: 'u', password: 'p' };
const TOKEN = { user: 'u', token: 't' };
const ALL =
  'LOGIN PLAIN GSSAPI XOAUTH2 CRAM-MD5 OAUTHBEARER SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS';
const BOUND: Partial<Channel> = { binding: { type: 'tls-exporter', data: Buffer.alloc(32) } };
const CLEAR: Partial<Channel> = { secure: false };

describe('the mechanisms that are tried', () => {
  for (const [what, credentials, offered, channel, wanted, inClear] of [
    [
      'with a binding',
      PASSWORD,
      ALL,
      BOUND,
      'SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN',
      false,
    ],
    ['over TLS without one', PASSWORD, ALL, {}, 'SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN', false],
    ['with a token', TOKEN, ALL, BOUND, 'OAUTHBEARER XOAUTH2', false],
    [
      'at Gmail',
      TOKEN,
      'XOAUTH2 PLAIN PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH',
      {},
      'OAUTHBEARER XOAUTH2',
      false,
    ],
    ['at QQ', PASSWORD, 'LOGIN PLAIN XOAUTH XOAUTH2', {}, 'PLAIN LOGIN', false],
    ['in clear', PASSWORD, ALL, CLEAR, 'SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5', true],
    ['in clear with a token', TOKEN, ALL, CLEAR, '', true],
    ['in clear to this machine', PASSWORD, 'PLAIN', { ...CLEAR, loopback: true }, 'PLAIN', false],
    ['in clear because a person wants it', PASSWORD, 'PLAIN', { ...CLEAR, insecure: true }, 'PLAIN', false],
    ['where none is known', PASSWORD, 'NTLM GSSAPI DIGEST-MD5', {}, '', false],
    ['where none is offered', PASSWORD, '', {}, '', false],
  ] as const) {
    // prettier-ignore
    it(`${what} are ${wanted || 'none'}`, () => {
      const choices = choose(credentials, new Set(offered.split(' ')), channelTo('host', channel));
      assert.equal(choices.list.map(({ name }) => name).join(' '), wanted);
      assert.equal(choices.inClear, inClear);
      for (const { name, begin } of choices.list) assert.equal(begin().name, name);
    });
  }

  for (const [offered, channel, flag] of [
    ['SCRAM-SHA-256', BOUND, 'y,,'],
    ['SCRAM-SHA-256 SCRAM-SHA-256-PLUS', BOUND, 'n,,'],
    ['SCRAM-SHA-256 SCRAM-SHA-256-PLUS', {}, 'n,,'],
    ['SCRAM-SHA-256', {}, 'n,,'],
  ] as const) {
    it(`SCRAM-SHA-256 says ${flag} where ${offered} is offered ${channel === BOUND ? 'and there is a binding' : 'and there is no binding'}`, () => {
      const { list } = choose(PASSWORD, new Set(offered.split(' ')), channelTo('host', channel));
      const unbound = list.find(({ name }) => name === 'SCRAM-SHA-256')?.begin();
      assert.equal(unbound?.initial?.toString('utf8', 0, 3), flag);
    });
  }
});
