// The service, built from a configuration, and kept to it when that is read again. What it consists of begins in this order, and
// ends in the opposite one, within ten seconds; a delivery in its final dot is let finish:
//   the house      archive, index, keeper: opened, and caught up (daemon.ts)
//   the accounts   each a life of its own: polls by the calendar, and the push beside them
//   the parts      what hangs on one key of the configuration: checks, metrics …
//   the desk       the control socket
//   the outbox     after the accounts: a copy of what was sent takes its turn with the polls
//   the lookout    last: it watches over all of it
import { createHash } from 'node:crypto';
import type { Config } from './config/load.ts';
import { notices } from './config/notices.ts';
import type { Control } from './control/listen.ts';
import { openHouse, receiving, type House } from './daemon.ts';
import { readBehind } from './index/late-text.ts';
import type { Clock } from './model/clock.ts';
import { servePage, type ServedPage } from './page.ts';
import type { Receiving } from './receive/open-source.ts';
import type { Push } from './receive/push.ts';
import type { Log } from './runtime/log.ts';
import type { Manager } from './runtime/sd-notify.ts';
import { Scheduler } from './schedule/scheduler.ts';
import type { Changes } from './service/changes.ts';
import { Checks } from './service/checks.ts';
import { openDesk } from './service/desk.ts';
import { Imports } from './service/imports.ts';
import { Lookout } from './service/lookout.ts';
import { Metrics } from './service/metrics.ts';
import { ownService } from './service/own.ts';
import { Part } from './service/part.ts';
import { Polls } from './service/polls.ts';
import { Pulse, type Body } from './service/pulse.ts';
import { reloader } from './service/reload.ts';
import { Roster, type End } from './service/roster.ts';
import { statusLine, type LastPoll } from './service/status-line.ts';
import { turns, type Turn } from './service/turns.ts';

/** What the service works with. */
export interface Serving {
  /** To begin with. */
  readonly config: Config;
  /** Reads the configuration again. Throws MailError `config`. */
  readonly read: () => Promise<Config>;
  readonly log: Log;
  readonly clock: Clock;
  /** Ends the service. */
  readonly signal: AbortSignal;
  /** Who hears how it stands. */
  readonly manager: Manager;
  /** Places of its control socket, best first. */
  readonly places: readonly string[];
  /** Calls `again` whenever the configuration is to be read again; returns what ends that. */
  readonly atHangup: (again: () => void) => () => void;
}

/** Runs the service until `signal` aborts. Throws what keeps it from starting. */
export async function serve(serving: Serving): Promise<void> {
  const { log, clock, signal } = serving;
  const scheduler = new Scheduler(clock);
  const pushes = new Map<string, Push>();
  const turn = turns(scheduler, pushes, clock);
  const metrics = new Metrics();
  // Until it is ready a wish for another configuration waits; it must not end the program.
  let again: () => void = () => (early = true);
  let early = false;
  const hungUp = serving.atHangup(() => again());
  const pulse = new Pulse(serving);
  pulse.begin();
  signal.addEventListener('abort', () => void pulse.stopping(), { once: true });
  try {
    const house = await opened(serving, turn, metrics);
    if (house === undefined) return;
    const service = assemble(serving, house, { scheduler, pushes, turn, metrics, pulse });
    const ending = new AbortController();
    const reading = readBehind(house, log, AbortSignal.any([signal, ending.signal]));
    try {
      await service.begin();
      again = () => void service.reload().catch(() => undefined);
      if (!signal.aborted) pulse.ready(service);
      if (early) again();
      await aborted(signal);
      log.info('stopping');
    } finally {
      ending.abort();
      await Promise.all([reading, service.end()]);
      await house.close();
      log.info('stopped');
    }
  } finally {
    hungUp();
    await pulse.end();
  }
}

async function opened(
  { config, log, clock, signal }: Serving,
  turn: Turn,
  metrics: Metrics,
): Promise<House | undefined> {
  try {
    return await openHouse(config, log, clock, signal, turn, true, metrics);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    log.info('stopped before it was ready');
    return undefined;
  }
}

interface Tools {
  readonly scheduler: Scheduler;
  readonly pushes: Map<string, Push>;
  readonly turn: Turn;
  readonly metrics: Metrics;
  readonly pulse: Pulse;
}

interface Service extends Body {
  /** Begins it all, and resolves when all of it is ready. */
  begin(): Promise<void>;
  /** Reads the configuration again. Throws MailError `config`. */
  reload(): Promise<unknown>;
  end(): Promise<void>;
}

function assemble(
  { config: first, read, log, clock, signal, places }: Serving,
  house: House,
  { scheduler, pushes, turn, metrics, pulse }: Tools,
): Service {
  let config = first;
  const last = new Map<string, LastPoll>();
  const polls = new Polls({
    scheduler,
    db: house.db,
    log,
    poll: (account, stop, options) => house.poll(account, stop, options),
    polled: (report) => {
      lookout.polled(report);
      last.set(report.name, { at: clock.now(), error: report.error });
    },
  });
  const imports = new Imports(house, log);
  const { archive, journal, db } = house;
  const since = new Date(clock.now()).toISOString();
  const checks = new Checks({
    clock,
    log,
    checking: { archive, journal, clock },
    asking: (waiter) => ({
      db,
      accounts: receiving(config.accounts),
      source: (account, stop) => house.source(account, stop),
      turn: (account, work) => turn(account, work, waiter),
      poll: (account, stop, alive, full) => polls.whole(account.name, stop, alive, full),
    }),
  });
  const { lost } = house;
  const lookout = new Lookout({
    config: () => config,
    clock,
    log,
    metrics,
    lost,
    polls: () => polls.standing,
  });
  let page: ServedPage | undefined;
  const roster = new Roster((account) => live(account, house, polls, scheduler, pushes));
  const parts = [
    new Part({
      key: 'verify',
      log,
      start: async ({ verify }) => {
        await checks.schedule(scheduler, verify);
        return () => checks.end(scheduler);
      },
    }),
    new Part({
      key: 'metrics',
      log,
      start: () => lookout.serveMetrics(),
    }),
    new Part({
      key: 'web',
      log,
      // Another password: whoever is signed in by the old one must give the new one.
      also: async ({ web }) =>
        web?.password === undefined
          ? ''
          : createHash('sha256')
              .update(await web.password())
              .digest('hex'),
      start: async ({ web }) => {
        if (web === undefined) return () => undefined;
        const service = ownService({ polls, outbox: house.outbox }, since, log);
        const open = await servePage({ config: () => config, service, clock, log }, web.listen);
        log.info(`the page is at ${open.url}`);
        page = open;
        return () => {
          page = undefined;
          return open.close();
        };
      },
    }),
  ];
  const adopt = async (now: Config): Promise<void> => {
    config = now;
    for (const notice of notices(now)) log.warn(notice.en);
    await roster.adopt(receiving(now.accounts));
    for (const part of parts) await part.adopt(now);
    await house.outbox.adopt(now.accounts);
  };
  const reloads = reloader({ config: () => config, read, adopt, log });
  const reload = (): Promise<Changes> => pulse.reloading(reloads.reload);
  let control: Control | undefined;
  return {
    begin: async () => {
      await adopt(first);
      const services = { polls, imports, outbox: house.outbox, reload };
      control = await openDesk(places, first, services, clock, log);
      await house.outbox.start();
      lookout.begin();
      const { data, outbox, accounts } = first;
      if (!signal.aborted) log.info('mailkeep is running', { accounts: accounts.length, data, outbox });
    },
    reload,
    organs: [
      ...house.organs,
      { name: 'the schedule', ask: async () => scheduler.answer() },
      { name: 'the page', ask: async () => page?.answer() },
    ],
    status: () =>
      statusLine(
        config.accounts.map(({ name }) => name),
        last,
        polls.running,
      ),
    inDot: () => house.outbox.inDot(),
    end: async () => {
      control?.close();
      await reloads.idle();
      // Before the queue is closed: whoever reads it behind its writer leaves SQLite's log lying beside it.
      await lookout.end();
      await Promise.all([
        imports.end(),
        ...parts.map((part) => part.stop()),
        scheduler.stop(),
        roster.stop(),
        house.outbox.stop(),
      ]);
    },
  };
}

/** The life of one account: its polls by the calendar, and the push beside them. */
function live(
  account: Receiving,
  house: House,
  polls: Polls,
  scheduler: Scheduler,
  pushes: Map<string, Push>,
): End {
  const { name } = account;
  const push = house.push(account, {
    wake: () => scheduler.wake(name),
    pausedUntil: () => scheduler.pausedUntil(name),
    refused: (error) => scheduler.ended(name, error),
  });
  if (push !== null) pushes.set(name, push);
  polls.add(account, push);
  return async () => {
    await Promise.all([polls.remove(name), push?.stop()]);
    pushes.delete(name);
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
