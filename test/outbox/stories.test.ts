// What a person sees of each of seven servers that misbehave: where the message stands, why, and what to do, in both languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STORIES, tell } from './stories.ts';

interface Wanted {
  readonly states: readonly string[];
  readonly list: RegExp;
  readonly show: readonly RegExp[];
  readonly reason: RegExp | null;
}

const WANTED: readonly Wanted[] = [
  {
    states: ['sent', 'failed', 'sent'],
    list: /failed[^]*\n  2 of 3 have it\n  nobody@mail\.test: 550 5\.1\.1 No such user here/,
    show: [
      /nobody@mail\.test  failed  550 5\.1\.1 No such user here\n    hint: There is no such mailbox.*\n          没有这个收件人/,
      /li@mail\.test  sent  250 2\.0\.0 queued as 4711/,
    ],
    reason:
      /reached some of its recipients[^]*nobody@mail\.test[^]*X-Mailkeep-Only-To[^]*没有这个收件人：请检查地址是否写错。/,
  },
  {
    states: ['deferred'],
    list: /deferred[^]*next try /,
    show: [/greylisting.*\n.*灰名单/, /S: 451 4\.7\.1 Greylisted/],
    reason: null,
  },
  { states: ['deferred'], list: /deferred[^]*ECONNRESET[^]*next try in /, show: [/C: DATA/], reason: null },
  {
    states: ['uncertain'],
    list: /uncertain[^]*it may have been delivered once/,
    show: [
      /Doubt: +an answer to its last line never came/,
      /Looked for: +0 times, next /,
      /hint: It is looked for first.*\n.*找不到才自动再发一次/,
    ],
    reason: null,
  },
  { states: ['sent'], list: /sent/, show: [/Answer: +250 2\.0\.0 queued as 4711/], reason: null },
  {
    states: ['waiting'],
    list: /due[^]*STARTTLS/,
    show: [/hint: Use tls: implicit[^]*请改用 tls/i, /^S: |    S: 250-mx\.story\.test/m],
    reason: null,
  },
  {
    states: ['waiting'],
    list: /due[^]*535 Error: 密码错误/,
    show: [/S: 535 Error: 密码错误/, /hint: [^]*授权码/, /Next try: .*in 1[2-7] minutes/],
    reason: null,
  },
];

for (const [i, story] of STORIES.entries()) {
  test(`${story.title}: that is told, with the cure`, async (t) => {
    const wanted = WANTED[i];
    assert.ok(wanted);
    const seen = await tell(t, story);
    assert.deepEqual(seen.states, wanted.states, seen.show);
    assert.match(seen.list, wanted.list);
    for (const part of wanted.show) assert.match(seen.show, part);
    if (wanted.reason === null) assert.equal(seen.reason, null);
    else assert.match(seen.reason ?? '', wanted.reason);
    assert.doesNotMatch(seen.list + seen.show, /[\u0000\u0001]|secret/, 'no control character, no secret');
  });
}
