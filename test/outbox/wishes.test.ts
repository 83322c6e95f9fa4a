// What a message asks of its sending, and what the server hears of it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { splitHead } from '../../src/outbox/header.ts';
import { wishesOf } from '../../src/outbox/wishes.ts';
import { accountAt, LI, message, PostOffice, provider } from './post-office.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 21, 12);

function wishes(head: string): unknown {
  const split = splitHead(Buffer.from(`Subject: x\n${head}`));
  return 'refused' in split ? split : wishesOf(split.fields, NOW);
}

suite('a wish', () => {
  const USUAL = {
    notBefore: null,
    atServer: false,
    notify: ['FAILURE', 'DELAY'],
    ret: 'HDRS',
    requireTls: false,
  };
  const understood: readonly [head: string, wish: object][] = [
    ['', {}],
    ['X-Mailkeep-Send-At: 2026-12-24T08:00:00+08:00\n', { notBefore: Date.UTC(2026, 11, 24, 0) }],
    ['X-Mailkeep-Send-At: 2026-12-24 08:00Z\n', { notBefore: Date.UTC(2026, 11, 24, 8) }],
    ['X-Mailkeep-Send-At: Thu, 24 Dec 2026 08:00:00 +0800\n', { notBefore: Date.UTC(2026, 11, 24, 0) }],
    [
      'X-Mailkeep-Send-At: 2026-12-24T08:00:00Z; server\n',
      { notBefore: Date.UTC(2026, 11, 24, 8), atServer: true },
    ],
    ['X-Mailkeep-Dsn: never\n', { notify: ['NEVER'] }],
    ['X-Mailkeep-Dsn: Success, failure full\n', { notify: ['SUCCESS', 'FAILURE'], ret: 'FULL' }],
    ['X-Mailkeep-Require-Tls: YES\n', { requireTls: true }],
    ['X-Mailkeep-Require-Tls: no\nTLS-Required: No\n', {}],
  ];
  for (const [head, wish] of understood)
    test(`is understood: ${JSON.stringify(head)}`, () =>
      assert.deepEqual(wishes(head), { ...USUAL, ...wish }));

  for (const [head, why] of [
    ['X-Mailkeep-Send-At: tomorrow\n', /no time with its zone/],
    ['X-Mailkeep-Send-At: 2026-12-24T08:00:00\n', /no time with its zone/],
    ['X-Mailkeep-Send-At: 2026-12-24+08:00\n', /no time with its zone/],
    ['X-Mailkeep-Send-At: 2029-12-24T08:00:00Z\n', /more than a year/],
    ['X-Mailkeep-Send-At: 2026-12-24T08:00:00Z\nX-Mailkeep-Send-At: x\n', /two X-Mailkeep-Send-At/],
    ['X-Mailkeep-Dsn: always\n', /not understood/],
    ['X-Mailkeep-Dsn: never, success\n', /not understood/],
    ['X-Mailkeep-Dsn: full\n', /not understood/],
    ['X-Mailkeep-Require-Tls: perhaps\n', /neither yes nor no/],
    ['X-Mailkeep-Require-Tls: yes\nTLS-Required: No\n', /asks for TLS .* TLS-Required: No/],
  ] as const) {
    test(`is refused: ${JSON.stringify(head)}`, () => {
      const got = wishes(head);
      assert.ok(typeof got === 'object' && got !== null && 'refused' in got);
      assert.match(String(got.refused), why);
    });
  }
});

suite('what the server hears', () => {
  test('reports of failure and delay, named by the Message-ID, where nothing is said', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI));
    await office.settled();
    const [taken] = server.submissions;
    assert.match(taken?.parameters.mail ?? '', /RET=HDRS ENVID=one@mail\.test$/);
    assert.deepEqual(taken?.parameters.rcpt, ['NOTIFY=FAILURE,DELAY ORCPT=rfc822;li@mail.test']);
    assert.doesNotMatch(taken.bytes.toString(), /Mailkeep/);
  });

  test('what is asked for, and nothing of it in the message', async (t) => {
    const server = await provider(t);
    const secure = accountAt(server.ports.smtps, { tls: 'implicit', ca: server.ca });
    const office = new PostOffice(t, [secure]);
    office.put('x.eml', message(LI, 'X-Mailkeep-Dsn: success, full\nX-Mailkeep-Require-Tls: yes\n'));
    office.put('y.eml', message(LI, 'TLS-Required: No\nX-Mailkeep-Dsn: never\n').replace('one@', 'two@'));
    await office.settled();
    const [first, second] = ['<one@mail.test>', '<two@mail.test>'].map((id) =>
      server.submissions.find(({ messageId }) => messageId === id),
    );
    assert.match(first?.parameters.mail ?? '', /RET=FULL ENVID=\S+ REQUIRETLS$/);
    assert.match(first?.parameters.rcpt[0] ?? '', /^NOTIFY=SUCCESS /);
    assert.doesNotMatch(first?.bytes.toString() ?? 'Mailkeep', /Mailkeep/);
    assert.doesNotMatch(second?.parameters.mail ?? 'REQUIRETLS', /REQUIRETLS/);
    assert.match(
      second?.bytes.toString() ?? '',
      /^TLS-Required: No\r\n/,
      'it is for the machines on the way',
    );
  });

  test('nothing of reports where it offers none', async (t) => {
    const server = await provider(t);
    server.faults.withhold.add('DSN');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, 'X-Mailkeep-Dsn: success\n'));
    await office.settled();
    assert.deepEqual(server.submissions[0]?.parameters.rcpt, ['']);
  });
});

suite('a message for later', () => {
  const LATER = new Date(NOW + 3 * DAY).toISOString();

  test('waits here until then, over restarts, and its date is that time where it has none', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, `X-Mailkeep-Send-At: ${LATER}\n`).replace(/^Date:.*\n/m, ''));
    await office.settled();
    assert.deepEqual([office.only().state, office.only().next], ['due', LATER]);
    await office.later(2 * DAY);
    await office.stop();
    await office.later(DAY - 5 * MINUTE);
    assert.equal(server.connections('SMTP'), 0);
    assert.equal((await office.later(6 * MINUTE)).sent, 1);
    assert.match(
      server.submissions[0]?.bytes.toString() ?? '',
      /^Date: Tue, 24 Nov 2026 12:00:00 \+0000\r$/m,
    );
    assert.equal(office.only().attempts, 1);
  });

  test('that may wait at the server is handed over at once, where the server keeps it for so long', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, `X-Mailkeep-Send-At: ${LATER}; server\n`));
    await office.settled();
    assert.equal(office.only().state, 'sent');
    assert.match(server.submissions[0]?.parameters.mail ?? '', /HOLDUNTIL=2026-11-24T12:00:00Z/);
  });

  for (const [what, days, withhold] of [
    ['keeps nothing', 3, true],
    ['keeps nothing for so long', 20, false],
  ] as const) {
    test(`and that the server ${what} waits here, and loses no try`, async (t) => {
      const server = await provider(t);
      if (withhold) server.faults.withhold.add('FUTURERELEASE');
      const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
      const time = new Date(NOW + days * DAY).toISOString();
      office.put('x.eml', message(LI, `X-Mailkeep-Send-At: ${time}; server\n`));
      await office.settled();
      assert.deepEqual([office.only().state, office.only().attempts, office.only().next], ['due', 0, time]);
      assert.equal(server.submissions.length, 0);
      assert.equal((await office.later(days * DAY + MINUTE)).sent, 1);
      assert.doesNotMatch(server.submissions[0]?.parameters.mail ?? 'HOLD', /HOLD/);
    });
  }

  test('a year ahead is far, and not too far', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    const time = new Date(NOW + 366 * DAY).toISOString();
    office.put('x.eml', message(LI, `X-Mailkeep-Send-At: ${time}; server\n`));
    await office.settled();
    assert.deepEqual([office.only().state, office.only().next], ['due', time]);
    assert.equal((await office.later(366 * DAY)).sent, 1);
  });

  test('waits for its time whatever the clock does, and whoever holds it and lets it go', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, `X-Mailkeep-Send-At: ${LATER}\n`));
    await office.settled();
    const { id } = office.only();
    office.clock.put(-400 * DAY);
    await office.later(MINUTE);
    office.clock.put(400 * DAY);
    await office.later(MINUTE);
    await office.outbox().act('hold', id);
    await office.outbox().act('release', id);
    await office.pass();
    assert.deepEqual([office.only().next, server.submissions.length], [LATER, 0]);
    await office.outbox().act('hold', id);
    await office.later(4 * DAY);
    assert.equal(server.submissions.length, 0, 'it is held beyond its time');
    await office.stop();
    await office.outbox().act('release', id);
    await office.pass();
    assert.deepEqual([office.only().state, server.submissions.length], ['sent', 1]);
  });

  test('goes at once where nobody was there at its time, for however long, or where the time is over', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', message(LI, `X-Mailkeep-Send-At: ${LATER}\n`));
    await office.settled();
    await office.stop();
    office.clock.put(60 * DAY);
    await office.pass();
    assert.deepEqual([office.only().state, server.submissions.length], ['sent', 1]);
    office.put('y.eml', message(LI, 'X-Mailkeep-Send-At: 2020-01-01T08:00:00Z\n').replace('one@', 'two@'));
    await office.settled();
    assert.equal(server.submissions.length, 2);
  });

  test('in a zone that there is not, on a day that there is not, or without a zone: that is not guessed', async (t) => {
    const office = new PostOffice(t, [accountAt(1)]);
    const times = [
      '2026-12-24T08:00:00+24:00',
      '2026-12-24T08:00:00+99:99',
      '2027-02-30T08:00:00Z',
      '2026-12-24T08:00:00',
    ];
    for (const [n, time] of times.entries())
      office.put(`${n}.eml`, message(LI, `X-Mailkeep-Send-At: ${time}\n`));
    assert.equal((await office.settled()).failed, times.length);
  });

  test('whose wish is not understood fails with what would be', async (t) => {
    const office = new PostOffice(t, [accountAt(1)]);
    office.put('x.eml', message(LI, 'X-Mailkeep-Send-At: tomorrow\n'));
    assert.equal((await office.settled()).failed, 1);
    assert.match(
      office.read('failed/x.reason.txt').replace(/\s+/g, ' '),
      /such as 2026-12-24T08:00:00\+08:00/,
    );
  });
});
