// Push against our provider and against scripted servers, with a clock that the test winds: news wakes one poll, nobody is
// hammered, passwords are tried from one side only, and a server with one connection never sees two.
import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UidValidity } from '../../src/model/ids.ts';
import type { MailError } from '../../src/model/error.ts';
import { dial } from '../../src/net/dial.ts';
import { Push, type PushTools } from '../../src/receive/push.ts';
import type { Counts } from '../../src/receive/way.ts';
import { accountAt } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { startScriptedServer, type Script } from '../support/scripted-server.ts';

const WANG = 'wang@mail.test';
const MINUTE = 60_000;
const LETTER = Buffer.from('Subject: hello\r\n\r\nHello.\r\n');

/** A push with all that it told. */
class Bench {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  readonly refused: MailError[] = [];
  wakes = 0;
  dialled = 0;
  pausedUntil = 0;
  known: Counts | undefined;
  readonly push: Push;

  constructor(
    t: TestContext,
    port: number,
    change: { connections?: number; folders?: { include: string[]; exclude: string[] } } = {},
    idle: number = 30_000,
  ) {
    const host = '127.0.0.1';
    const timeouts = { connect: 30_000, idle };
    const account = accountAt({ host, ports: {} } as Provider, 'imap', WANG, 'secret');
    const receive = {
      ...account.receive,
      port,
      tls: 'none' as const,
      ca: undefined,
      push: true,
      connections: 2,
      ...change,
    };
    const note = (level: string) => (text: string) => void this.log.push(`${level} ${text}`);
    const tools: PushTools = {
      clock: this.clock,
      log: { warn: note('warn'), info: note('info'), debug: note('debug') },
      random: () => 0.5,
      avoided: new Map(),
      connect: (signal) => {
        this.dialled++;
        return dial(receive, timeouts, { signal });
      },
      known: () => this.known,
      wake: () => void this.wakes++,
      pausedUntil: () => this.pausedUntil,
      refused: (error) => void this.refused.push(error),
    };
    this.push = new Push({ ...account, receive, timeouts }, tools);
    t.after(() => this.push.stop());
  }

  /** Real time goes on, and the clock stands still, until `fits`. */
  async until(fits: () => boolean, what: string = fits.toString()): Promise<void> {
    for (let tries = 0; !fits(); tries++) {
      assert.ok(tries < 12_000, `${what}\n${this.log.join('\n')}`);
      await sleep(5);
    }
  }

  /** News has come, and a poll is about to be woken. */
  async gathers(): Promise<void> {
    await this.until(() => (this.clock.next ?? Infinity) <= 5000);
  }

  /** Gathers what was told and polls, as the clock goes on by `ms`. */
  async wakesAfter(ms: number): Promise<number> {
    await sleep(30);
    await this.clock.wind(ms);
    await sleep(5);
    return this.wakes;
  }
}

async function providerOf(t: TestContext): Promise<Provider> {
  const provider = await startProvider({ users: { [WANG]: 'secret' } });
  t.after(() => provider.stop());
  return provider;
}

const idling = (provider: Provider): number =>
  provider.heard('IMAP').filter(({ line }) => line.endsWith(' IDLE')).length;

suite('push', () => {
  test('mail that comes wakes one poll, however much comes at once', async (t) => {
    const provider = await providerOf(t);
    const bench = new Bench(t, provider.ports.imap);
    bench.known = { validity: 1_600_000_000 as UidValidity, exists: 0, uidNext: 1, modseq: '1' };
    assert.equal(bench.dialled, 0, 'it waits for the first poll');
    bench.push.release();
    await bench.until(() => idling(provider) === 1);
    assert.ok(
      bench.log.some((line) => line.startsWith('info push is on')),
      'it says that it is on',
    );
    assert.equal(await bench.wakesAfter(10_000), 0, 'nothing came');
    for (let n = 0; n < 5; n++) provider.deliver(WANG, 'INBOX', LETTER);
    await bench.gathers();
    assert.equal(await bench.wakesAfter(1000), 0, 'it gathers');
    assert.equal(await bench.wakesAfter(1000), 1);
    provider.deliver(WANG, 'INBOX', LETTER);
    await bench.gathers();
    assert.equal(await bench.wakesAfter(4000), 1, 'two polls are 5 seconds apart');
    assert.equal(await bench.wakesAfter(1000), 2);
    provider.remove(WANG, 'INBOX');
    await bench.gathers();
    assert.equal(await bench.wakesAfter(20_000), 3, 'what goes is news too');
  });

  test('all kept folders wake a poll where NOTIFY is offered, and those that are not kept do not', async (t) => {
    const provider = await providerOf(t);
    const bench = new Bench(t, provider.ports.imap, { folders: { include: ['*'], exclude: ['\\Junk'] } });
    bench.push.release();
    await bench.until(() => idling(provider) === 1);
    assert.equal(await bench.wakesAfter(20_000), 1, 'INBOX was never seen before');
    provider.deliver(WANG, 'Junk', LETTER);
    assert.equal(await bench.wakesAfter(20_000), 1);
    provider.deliver(WANG, '客户往来', LETTER);
    await bench.gathers();
    assert.equal(await bench.wakesAfter(20_000), 2);
  });

  test('without NOTIFY INBOX alone does', async (t) => {
    const provider = await providerOf(t);
    provider.faults.without.add('NOTIFY');
    const bench = new Bench(t, provider.ports.imap);
    bench.push.release();
    await bench.until(() => idling(provider) === 1);
    assert.equal(await bench.wakesAfter(20_000), 1);
    provider.deliver(WANG, '客户往来', LETTER);
    assert.equal(await bench.wakesAfter(20_000), 1);
    provider.deliver(WANG, 'INBOX', LETTER);
    await bench.gathers();
    assert.equal(await bench.wakesAfter(20_000), 2);
  });

  test('a server without IDLE is left alone, and that is said once', async (t) => {
    const provider = await providerOf(t);
    provider.faults.without.add('IDLE');
    const bench = new Bench(t, provider.ports.imap);
    bench.push.release();
    await bench.until(() => bench.log.length === 1);
    for (let polls = 0; polls < 3; polls++) {
      bench.push.release();
      await bench.wakesAfter(60 * MINUTE);
    }
    assert.deepEqual([bench.dialled, bench.wakes], [1, 0]);
    assert.equal(bench.log.length, 1);
    assert.match(bench.log[0] ?? '', /^debug 127\.0\.0\.1 has no IDLE/);
  });

  test('one that offers IDLE and does not know it is left alone as well', async (t) => {
    const provider = await providerOf(t);
    provider.faults.answers.set('IMAP IDLE', 'BAD command not support');
    const bench = new Bench(t, provider.ports.imap);
    bench.push.release();
    await bench.until(() => bench.log.some((line) => /IDLE.* refused/.test(line)));
    for (let polls = 0; polls < 3; polls++) {
      bench.push.release();
      await bench.wakesAfter(60 * MINUTE);
    }
    assert.equal(bench.dialled, 1);
  });

  test('IDLE is asked for anew each 25 minutes, on the same connection', async (t) => {
    const provider = await providerOf(t);
    const bench = new Bench(t, provider.ports.imap);
    bench.push.release();
    for (let nth = 1; nth <= 4; nth++) {
      await bench.until(() => idling(provider) === nth);
      await bench.wakesAfter(24 * MINUTE);
      assert.equal(idling(provider), nth);
      await bench.wakesAfter(1 * MINUTE);
    }
    assert.equal(bench.dialled, 1);
  });

  test('a session that is lost is dialled anew, ever later, and what came meanwhile wakes a poll', async (t) => {
    const provider = await providerOf(t);
    const bench = new Bench(t, provider.ports.imap);
    bench.push.release();
    await bench.until(() => idling(provider) === 1);
    await bench.wakesAfter(20_000);
    const before = bench.wakes;
    provider.faults.hangUp.add('IMAP IDLE');
    provider.hangUp();
    provider.deliver(WANG, 'INBOX', LETTER);
    for (const [nth, wait] of [5000, 30_000, 120_000, 600_000, 1_800_000, 1_800_000].entries()) {
      await bench.until(
        () => bench.log.filter((line) => /push was lost|keeps failing/.test(line)).length === nth + 1,
      );
      await sleep(5);
      const dialled = bench.dialled;
      await waited(bench, wait - 1000);
      assert.equal(bench.dialled, dialled, `not before ${wait} ms`);
      await waited(bench, 1000);
      await bench.until(() => bench.dialled === dialled + 1, `at ${wait} ms`);
      await bench.until(() => idling(provider) === nth + 2);
      await sleep(20);
    }
    assert.ok(bench.wakes > before);
    assert.equal(bench.log.filter((line) => line.startsWith('warn')).length, 1, 'one warning');
  });

  test('a session that was lost while the clock stood ahead is dialled anew soon after it is right', async (t) => {
    const provider = await providerOf(t);
    const bench = new Bench(t, provider.ports.imap);
    bench.push.release();
    await bench.until(() => idling(provider) === 1);
    bench.clock.put(120 * MINUTE);
    provider.hangUp();
    await bench.until(() => bench.log.some((line) => line.includes('push was lost')));
    bench.clock.put(-120 * MINUTE);
    await sleep(5);
    await waited(bench, MINUTE);
    await bench.until(() => bench.dialled === 2, 'within a minute');
  });

  test('a server that has too much news to tell for ever is left, and dialled anew ever later', async (t) => {
    let asked = 0;
    const server = await startScriptedServer(t, async (peer) => {
      await peer.lines('* OK [CAPABILITY IMAP4rev1 IDLE NOTIFY] ready');
      for (;;) {
        const [, tag = '', command = ''] = await peer.expect(/^(\S+) (\S+)/);
        if (command === 'NOTIFY') asked++;
        if (command === 'LIST') await peer.lines('* LIST () "/" INBOX');
        if (command === 'EXAMINE')
          await peer.lines('* 1 EXISTS', '* OK [UIDVALIDITY 1] x', '* OK [UIDNEXT 2] x');
        if (command === 'IDLE') {
          await peer.lines('+ idling', '* OK [NOTIFICATIONOVERFLOW] too much');
          await peer.expect(/^DONE$/);
        }
        await peer.lines(`${tag} OK ${command === 'LOGIN' ? '[CAPABILITY IMAP4rev1 IDLE NOTIFY] ' : ''}done`);
      }
    });
    const bench = new Bench(t, server.port);
    bench.push.release();
    const lost = (): number => bench.log.filter((line) => line.includes('too much news')).length;
    await bench.until(() => lost() === 1);
    assert.equal(asked, 2);
    await bench.wakesAfter(5000);
    await bench.until(() => lost() === 2);
    assert.equal(bench.dialled, 2);
  });

  test('a connection that died in silence is noticed, and the next IDLE is shorter', async (t) => {
    let sessions = 0;
    const server = await scripted(t, async (peer) => {
      sessions++;
      await peer.expect(/ IDLE$/);
      await peer.lines('+ idling', '* OK Still here');
      // DONE is never answered, and no connection is closed.
      await peer.stall();
    });
    const bench = new Bench(t, server.port, {}, 2000);
    bench.push.release();
    for (const [nth, lasts] of [25, 9, 4, 1.5].entries()) {
      await bench.until(() => sessions === nth + 1 && server.heard(nth).includes('IDLE'));
      await bench.wakesAfter((lasts - 1) * MINUTE);
      assert.ok(!server.heard(nth).includes('DONE'), `${lasts} minutes`);
      await bench.wakesAfter(MINUTE);
      await bench.until(() => server.heard(nth).includes('DONE'));
      await bench.until(() => bench.log.filter((line) => line.includes('push was lost')).length === nth + 1);
      await bench.wakesAfter(5000);
    }
  });

  test('behind a proxy that cuts each wait after 100 seconds, an IDLE is soon short enough, and no login is spent on it', async (t) => {
    const idles: ((way: 'cut' | 'done') => void)[] = [];
    t.after(() => idles.forEach((end) => end('cut')));
    const server = await scripted(t, async (peer) => {
      for (;;) {
        const [, tag] = await peer.expect(/^(\S+) IDLE$/);
        const over = new Promise<'cut' | 'done'>((resolve) => idles.push(resolve));
        await peer.lines('+ idling');
        if ((await over) === 'cut') return peer.end();
        await peer.expect(/^DONE$/);
        await peer.lines(`${tag} OK done`);
      }
    });
    const bench = new Bench(t, server.port);
    bench.push.release();
    for (const [nth, wait] of [5000, 30_000, 120_000].entries()) {
      await bench.until(() => idles.length === nth + 1);
      await bench.wakesAfter(100_000);
      idles[nth]?.('cut');
      await bench.until(() => bench.log.filter((line) => line.includes('push was lost')).length === nth + 1);
      await sleep(5);
      await waited(bench, wait - 1000);
      assert.equal(bench.dialled, nth + 1, `not before ${wait} ms`);
      await waited(bench, 1000);
    }
    for (let nth = 3; nth < 8; nth++) {
      await bench.until(() => idles.length === nth + 1);
      await bench.wakesAfter(90_000);
      idles[nth]?.('done');
    }
    await bench.until(() => idles.length === 9);
    assert.equal(bench.dialled, 4);
  });

  test('a refused login is told to the schedule, and no password is tried during its pause', async (t) => {
    const provider = await providerOf(t);
    provider.setPassword(WANG, 'another');
    const bench = new Bench(t, provider.ports.imap);
    bench.push.release();
    await bench.until(() => bench.refused.length === 1);
    assert.equal(bench.refused[0]?.kind, 'auth');
    bench.pausedUntil = bench.clock.now() + 60 * MINUTE;
    provider.setPassword(WANG, 'secret');
    for (let minutes = 0; minutes < 59; minutes++) await bench.clock.wind(MINUTE);
    assert.equal(bench.dialled, 1);
    await bench.clock.wind(MINUTE);
    await bench.until(() => bench.dialled === 2 && idling(provider) === 1);
  });

  test('where a server bears one connection only, the session goes before a poll and comes back after it', async (t) => {
    const provider = await providerOf(t);
    const bench = new Bench(t, provider.ports.imap, { connections: 1 });
    bench.push.release();
    for (let polls = 1; polls <= 3; polls++) {
      await bench.until(() => idling(provider) === polls);
      await bench.push.hold();
      const [last] = provider.heard('IMAP').slice(-1);
      assert.match(last?.line ?? '', / LOGOUT$/, 'it said goodbye');
      await bench.wakesAfter(MINUTE);
      assert.equal(bench.dialled, polls, 'it stays away while the poll runs');
      bench.push.release();
    }
  });

  test('where it bears more, the session stays', async (t) => {
    const provider = await providerOf(t);
    const bench = new Bench(t, provider.ports.imap);
    bench.push.release();
    await bench.until(() => idling(provider) === 1);
    await bench.push.hold();
    bench.push.release();
    await bench.wakesAfter(MINUTE);
    assert.deepEqual([bench.dialled, idling(provider)], [1, 1]);
  });

  test('it stops at once, in the middle of a dialling or of a wait', async (t) => {
    const provider = await providerOf(t);
    const mute = await startScriptedServer(t, (peer) => peer.stall());
    for (const port of [provider.ports.imap, mute.port]) {
      const bench = new Bench(t, port);
      bench.push.release();
      await bench.until(() => bench.dialled === 1);
      if (port === provider.ports.imap) await bench.until(() => idling(provider) === 1);
      await bench.push.stop(); // no clock is wound
    }
  });
});

/** Winds in steps, because a pause is looked at each minute. */
async function waited(bench: Bench, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= MINUTE) await bench.clock.wind(Math.min(MINUTE, left));
}

/** A server that lets everybody in, and then plays `script`. */
async function scripted(
  t: TestContext,
  script: Script,
): Promise<{ port: number; heard(nth: number): string }> {
  const server = await startScriptedServer(t, async (peer) => {
    await peer.lines('* OK [CAPABILITY IMAP4rev1 IDLE] ready');
    const [, login = ''] = await peer.expect(/^(\S+) LOGIN /);
    await peer.lines(`${login} OK [CAPABILITY IMAP4rev1 IDLE] in`);
    const [, examine = ''] = await peer.expect(/^(\S+) EXAMINE /);
    await peer.lines(
      '* 1 EXISTS',
      '* OK [UIDVALIDITY 1] x',
      '* OK [UIDNEXT 2] x',
      `${examine} OK [READ-ONLY] x`,
    );
    await script(peer);
  });
  return { port: server.port, heard: (nth) => server.heard(nth) };
}
