// `kill -9` at each step of a delivery whose commands leave together, or whose message goes in chunks, and of one that follows
// another on its connection: after a restart each message was sent once, or its doubt is flagged; never twice, never lost.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { utimesSync, writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountAt, LI, message, PostOffice, provider, ZHAO } from './post-office.ts';

const MINUTE = 60_000;
const CHILD = fileURLToPath(new URL('sender-child.js', import.meta.url));
const LARGE = 'a line that is one of very many, so that there is more than one chunk of them\n'.repeat(
  20_000,
);

/** The steps of a server that takes everything; `at` is called at each, and `taken` when a message is whole. */
async function serve(
  peer: Peer,
  offers: readonly string[],
  at: (step: string) => Promise<void>,
  taken: (messageId: string) => void,
  first: number,
): Promise<void> {
  await at('connected');
  await peer.lines('220 x');
  await peer.expect(/^EHLO/);
  await at('EHLO');
  await peer.lines('250-x', ...offers.map((offer) => `250-${offer}`), '250 AUTH PLAIN');
  await peer.expect(/^AUTH/);
  await at('AUTH');
  await peer.lines('235 ok');
  for (let message = first; ; message++) {
    let line = await peer.line();
    if (line === 'RSET') {
      await at(`RSET before message ${message}`);
      await peer.lines('250 ok');
      line = await peer.line();
    }
    if (line === 'QUIT') {
      await at('QUIT');
      peer.hangUp();
    }
    await at(`MAIL of message ${message}`);
    await peer.lines('250 ok');
    for (line = await peer.line(); line.startsWith('RCPT'); line = await peer.line())
      await peer.lines('250 ok');
    await at(`${line.split(' ')[0]} of message ${message}`);
    let bytes: Buffer = Buffer.alloc(0);
    if (line === 'DATA') {
      await peer.lines('354 go on');
      await peer.line();
      await at(`the body of message ${message}`);
      bytes = await peer.untilDot();
    }
    for (let chunk = 1; line.startsWith('BDAT') && !line.endsWith('LAST'); chunk++) {
      const count = Number(line.split(' ')[1]);
      bytes = Buffer.concat([bytes, await peer.octets(count)]);
      await at(`chunk ${chunk} of message ${message}`);
      await peer.lines('250 ok');
      line = await peer.line();
    }
    taken(/^Message-ID: (.*)\r$/m.exec(bytes.toString('latin1', 0, 1000))?.[1] ?? '');
    await at(`the end of message ${message}`);
    await peer.lines('250 taken');
  }
}

interface Way {
  readonly name: string;
  readonly offers: readonly string[];
  readonly body: string;
  readonly steps: readonly string[];
}

const upTo = (n: number, ...inside: readonly string[]): string[] => [
  ...(n > 1 ? [`RSET before message ${n}`] : []),
  `MAIL of message ${n}`,
  ...inside.map((step) => `${step} of message ${n}`),
];

const WAYS: readonly Way[] = [
  {
    name: 'in a group',
    offers: ['PIPELINING', '8BITMIME', 'DSN'],
    body: 'Hello.\n',
    steps: [
      'connected',
      'EHLO',
      'AUTH',
      ...upTo(1, 'DATA', 'the body', 'the end'),
      ...upTo(2, 'DATA', 'the body', 'the end'),
      'QUIT',
    ],
  },
  {
    name: 'in chunks',
    offers: ['PIPELINING', 'CHUNKING'],
    body: LARGE,
    steps: [
      ...upTo(1, 'BDAT', 'chunk 1', 'chunk 2', 'the end'),
      'QUIT',
      // Each message in chunks has a connection of its own.
      ...upTo(2, 'BDAT', 'chunk 1', 'chunk 2', 'the end').slice(1),
    ],
  },
];

/** Runs a sender that is killed when the server comes to `step`; how often each message was taken until then. */
async function killedAt(
  t: TestContext,
  { offers, body }: Way,
  step: string,
): Promise<{ readonly office: PostOffice; readonly taken: Map<string, number> }> {
  const office = new PostOffice(t, []);
  const taken = new Map<string, number>();
  let kill: () => Promise<void> = () => Promise.resolve();
  const server = await startScriptedServer(t, (peer) =>
    serve(
      peer,
      offers,
      async (reached) => {
        if (reached !== step) return;
        await kill();
        await peer.stall();
      },
      (id) => void taken.set(id, (taken.get(id) ?? 0) + 1),
      taken.size + 1,
    ),
  );
  for (const name of ['one', 'two']) {
    const path = join(office.drop, `${name}.eml`);
    writeFileSync(`${path}.tmp`, message(`${LI}, ${ZHAO}`, '', body).replace('one@', `${name}@`));
    utimesSync(`${path}.tmp`, Date.now() / 1000, Date.now() / 1000 - 1);
    renameSync(`${path}.tmp`, path);
  }
  const child = spawn(process.execPath, [CHILD, office.data, office.drop, String(server.port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<string | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  t.after(() => kill());
  assert.equal(await ended, 'SIGKILL', said);
  await server.stop();
  return { office, taken };
}

for (const way of WAYS) {
  suite(`a sender that is killed while it sends ${way.name}`, () => {
    for (const step of way.steps) {
      test(`at ${step}`, async (t) => {
        const { office, taken } = await killedAt(t, way, step);
        const server = await provider(t);
        office.accounts = [accountAt(server.ports.smtp)];
        await office.clock.wind(Date.now() - office.clock.now());
        await office.settled();
        const inDoubt = step.startsWith('the end');
        // The dot may be on its way when the kill comes: nobody can tell, and it has to be said.
        const perhaps = step.startsWith('the body');
        for (const name of ['one', 'two']) {
          const id = `<${name}@mail.test>`;
          const letter = office.list().find(({ file }) => file === `${name}.eml`);
          const before = taken.get(id) ?? 0;
          assert.ok(before <= 1);
          if (letter?.doubtful === true) {
            assert.ok((inDoubt || perhaps) && letter.state === 'uncertain', `${name} is in doubt at ${step}`);
            assert.equal(before, inDoubt ? 1 : 0);
            assert.equal(server.accepted(id), 0, 'not at once again');
          } else {
            assert.equal(letter?.state, 'sent', name);
            assert.equal(before + server.accepted(id), 1, `${name}: exactly once`);
          }
        }
        const doubtful = office.list().filter((letter) => letter.doubtful);
        if (!perhaps) assert.equal(doubtful.length, inDoubt ? 1 : 0);
        await office.later(11 * MINUTE);
        assert.ok(office.list().every(({ state }) => state === 'sent'));
        for (const { file } of doubtful)
          assert.equal(server.accepted(`<${file.replace('.eml', '')}@mail.test>`), 1);
      });
    }
  });
}
