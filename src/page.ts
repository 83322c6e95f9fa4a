// Builds the page from a configuration: what it shows is read from the archive and the index, and what only the service knows
// or does is asked of the service.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Archive } from './archive/store.ts';
import type { Config, Listen } from './config/load.ts';
import { INDEX_FILE } from './index/database.ts';
import type { Clock } from './model/clock.ts';
import { MailError } from './model/error.ts';
import { possible } from './outbox/actions.ts';
import { list } from './outbox/list.ts';
import { show } from './outbox/show.ts';
import type { When } from './read/questions.ts';
import { Reader } from './read/reader.ts';
import type { Hit } from './search/hit.ts';
import type { AtService } from './service/asked.ts';
import { statusOf } from './service/facts.ts';
import type { Log } from './runtime/log.ts';
import type { Facts } from './web/facts.ts';
import { openPage, type Page } from './web/listen.ts';
import { MailOpener } from './web/mail-opener.ts';

/** What the page is built of. */
export interface Building {
  /** As it is now: a reload changes it. */
  readonly config: () => Config;
  readonly service: AtService;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'warn'>;
}

/** The page while it is open. */
export interface ServedPage extends Page {
  /** Throws where it has no answer to any question. */
  answer(): void;
}

/** Opens the page at `listen`, by the rest of `web` in the configuration. Throws MailError `config` where that cannot be. */
export async function servePage(
  { config, service, clock, log }: Building,
  listen: Listen,
): Promise<ServedPage> {
  const { password, address } = config().web ?? {};
  const { facts, answer, close } = await pageFacts(config, service, clock);
  try {
    const page = await openPage({ facts, clock, log }, { ...listen, password, address });
    return {
      url: page.url,
      answer,
      close: async () => {
        await page.close();
        await close();
      },
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** The facts, and how to let go of what they are read from. */
export interface OpenFacts {
  readonly facts: Facts;
  readonly answer: () => void;
  readonly close: () => Promise<void>;
}

/** The facts of an archive, which may be empty still. `config`: as it is now. */
export async function pageFacts(config: () => Config, service: AtService, clock: Clock): Promise<OpenFacts> {
  const { data, outbox } = config();
  const archive = await Archive.open(data);
  const reader = new Reader(data);
  const mails = new MailOpener(data);
  const when = (): When => ({ now: clock.now(), zone: 'here' });
  const stored = async (id: string): Promise<Hit> => {
    const hit = await reader.ask('message', id);
    if (hit !== null) return hit;
    throw new MailError({
      kind: 'usage',
      message: `there is no message ${id}`,
      retry: 'never',
      code: 'unknown',
    });
  };
  const facts: Facts = {
    find: ({ query, ...options }) => reader.ask('search', query, { ...options, ...when() }),
    unread: () => reader.ask('unread'),
    facets: (query) => reader.ask('facets', query, when()),
    message: async (prefix) => {
      const hit = await reader.ask('message', prefix);
      return hit === null ? null : mails.message(hit);
    },
    conversation: (id) => reader.ask('conversation', id),
    parts: async (id) => mails.parts(await stored(id)),
    body: async (id, remote) => mails.body(await stored(id), remote),
    source: async (id) => {
      const { path, size } = await stored(id);
      return { bytes: archive.createReadStream(path), size };
    },
    status: async () => statusOf(config(), clock.now(), { pending: true, service: await service.status() }),
    polls: async () => {
      const { polls = 0, running = {} } = (await service.status()) ?? {};
      return { ended: polls, running };
    },
    // Before the first sync there is no index, and nothing is wrong.
    months: async () => (existsSync(join(data, INDEX_FILE)) ? reader.ask('months', when()) : []),
    sync: (account) => service.sync(account),
    letters: async () => ({
      folder: outbox,
      all: list(data).map((letter) => ({ letter, actions: possible(letter) })),
    }),
    letter: async (id) => {
      const letter = show(data, id, clock.now());
      return { letter, actions: possible(letter) };
    },
    act: async (action, id) => (await service.act(action, id)).id,
  };
  return {
    facts,
    answer: () => reader.answer(),
    close: async () => {
      await Promise.all([reader.close(), mails.close()]);
    },
  };
}
