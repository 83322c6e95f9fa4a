// Several letters of an account over one connection: one that fails holds up no other, and a connection that ends costs none
// of them a try.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Provider } from '../support/provider/provider.ts';
import { accountAt, LI, message, PostOffice, provider, ZHAO } from './post-office.ts';

const MINUTE = 60_000;
const rate = (perConnection: number) => ({ rate: { perMinute: 1000, perDay: 10_000, perConnection } });
const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `m${100 + n}`);
const idOf = (name: string): string => `<${name}@mail.test>`;
const letter = (name: string, to: string = LI): string => message(to).replace('one@', `${name}@`);

/** Letters that all wait, because the server is in trouble when they are dropped; it is well when this resolves. */
async function waiting(server: Provider, office: PostOffice, all: readonly string[]): Promise<void> {
  server.faults.answers.set('SMTP GREETING', '421 4.3.2 not now');
  for (const name of all) office.put(`${name}.eml`, letter(name));
  await office.settled();
  server.faults.answers.delete('SMTP GREETING');
  assert.deepEqual(
    office.list().map(({ state, attempts }) => [state, attempts]),
    all.map(() => ['due', 0]),
  );
}

/** How many messages each connection brought, in order. */
function perConnection({ submissions }: Provider): number[] {
  const counts = new Map<number, number>();
  for (const { connection } of submissions) counts.set(connection, (counts.get(connection) ?? 0) + 1);
  return [...counts.values()];
}

function allOnce(server: Provider, office: PostOffice, all: readonly string[]): void {
  for (const name of all) assert.equal(server.accepted(idOf(name)), 1, name);
  const states = office.list().map(({ state, attempts, doubtful }) => [state, attempts, doubtful]);
  assert.deepEqual(
    states,
    all.map(() => ['sent', 1, false]),
    'no try was lost',
  );
}

suite('one connection', () => {
  test('carries what is due, with RSET between, up to its most; then comes another', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp, rate(4))]);
    await waiting(server, office, names(10));
    const before = server.heard('SMTP').length;
    assert.equal((await office.later(20 * MINUTE)).sent, 10);
    assert.deepEqual(perConnection(server), [4, 4, 2]);
    allOnce(server, office, names(10));
    const verbs = server
      .heard('SMTP')
      .slice(before)
      .map(({ line }) => line.split(' ')[0]);
    const count = (verb: string): number => verbs.filter((said) => said === verb).length;
    assert.deepEqual(
      [count('AUTH'), count('MAIL'), count('RSET'), count('QUIT')],
      [3, 10, 3 + 3 + 1, 3],
      'each message but the first of a connection begins with RSET, and the last ends with QUIT',
    );
  });

  test('carries 100 messages', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp, rate(100))]);
    await waiting(server, office, names(100));
    assert.equal((await office.later(20 * MINUTE)).sent, 100);
    assert.deepEqual(perConnection(server), [100]);
    allOnce(server, office, names(100));
  });

  for (const keyword of ['', 'PIPELINING', 'CHUNKING'] as const) {
    test(`goes on after letters that were refused${keyword === '' ? '' : ` (${keyword} is not offered)`}`, async (t) => {
      const server = await provider(t);
      if (keyword !== '') server.faults.withhold.add(keyword);
      server.faults.recipients.set(ZHAO, '550 5.1.1 user unknown');
      server.faults.recipients.set('busy@elsewhere.test', '450 4.2.1 try later');
      const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
      server.faults.answers.set('SMTP GREETING', '421 4.3.2 not now');
      for (const [name, to] of [
        ['a', LI],
        ['b', ZHAO],
        ['c', LI],
        ['d', 'busy@elsewhere.test'],
        ['e', `${LI}, ${ZHAO}`],
        ['f', LI],
      ] as const)
        office.put(`${name}.eml`, letter(name, to));
      await office.settled();
      server.faults.answers.delete('SMTP GREETING');
      const report = await office.later(20 * MINUTE);
      assert.deepEqual([report.sent, report.deferred, report.failed], [3, 1, 2]);
      assert.deepEqual(perConnection(server), [4]);
      for (const name of ['a', 'c', 'e', 'f']) assert.equal(server.accepted(idOf(name)), 1, name);
    });
  }

  test('that ends with an unasked 421 costs no try: the rest is sent at once over new ones (S-022)', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    server.faults.perConnection = 3;
    await waiting(server, office, names(8));
    assert.equal((await office.later(20 * MINUTE)).sent, 8);
    assert.deepEqual(perConnection(server), [3, 3, 2]);
    allOnce(server, office, names(8));
  });

  for (const verb of ['RSET', 'MAIL', 'RCPT', 'DATA']) {
    for (const pipelining of [true, false]) {
      test(`that is lost at ${verb} of its second message costs no try (${pipelining ? 'a group' : 'one by one'})`, async (t) => {
        const server = await provider(t);
        if (!pipelining) server.faults.withhold.add('PIPELINING');
        const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
        await waiting(server, office, names(3));
        const lost = startDropping(server, verb);
        assert.equal((await office.later(20 * MINUTE)).sent, 3);
        assert.equal(lost(), 1);
        allOnce(server, office, names(3));
      });
    }
  }
});

/** The connection is closed at the second `verb` that comes; the function tells how often it was. */
function startDropping({ faults, submissions }: Provider, verb: string): () => number {
  let times = 0;
  const has = faults.hangUp.has.bind(faults.hangUp);
  faults.hangUp.has = (command) => {
    if (command !== `SMTP ${verb}` || submissions.length !== 1 || times > 0) return has(command);
    times++;
    return true;
  };
  return () => times;
}
