// The page over a real archive that holds the sample collection, asked over real HTTP.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { pageFacts } from '../../src/page.ts';
import { askedService } from '../../src/service/asked.ts';
import { openPage, type PageOptions } from '../../src/web/listen.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { MessageId, Uid, UidValidity } from '../../src/model/ids.ts';
import { openHouse } from '../index/archive.ts';
import type { Sample } from '../messages/sample.ts';
import { samples } from '../messages/samples.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { visitor, type Visitor } from './visitor.ts';

/** An open page. */
export interface OpenedPage extends Visitor {
  readonly url: string;
  /** The ids of the samples by their names. */
  readonly ids: ReadonlyMap<string, MessageId>;
}

/** What another page than the plain one has. */
export interface PageWishes extends Pick<PageOptions, 'password' | 'address'> {
  /** What lies in the archive instead of the samples. */
  readonly mail?: readonly Sample[];
  readonly clock?: Clock;
  /** Hears what the page takes for an error of its own; without it, the first one fails the test. */
  readonly wrong?: (message: string) => void;
}

/** Keeps the messages for the account `qq`, and opens the page; all is closed when the test ends. */
export async function openedPage(
  test: Ending,
  { mail = samples(), clock = systemClock, wrong = assert.fail, ...options }: PageWishes = {},
): Promise<OpenedPage> {
  const directory = temporaryDirectory(test);
  const data = join(directory, 'data');
  const house = await openHouse(test, data);
  const ids = new Map<string, MessageId>();
  const kept = await house.keeper.keep(
    'qq',
    mail.map(({ bytes, folder, flags, internalDate }, index) => {
      const incoming = house.archive.incoming();
      incoming.write(bytes);
      const location = { folder, validity: 1 as UidValidity, uid: (index + 1) as Uid };
      return { incoming, location, received: internalDate, flags };
    }),
  );
  mail.forEach(({ name }, index) => {
    const stored = kept[index];
    if (stored !== undefined) ids.set(name, stored.id);
  });
  await house.close();
  const config = parseConfig(CONFIG.replace('DATA', data), join(directory, 'config.yaml'), false, {
    env: {},
    home: directory,
  });
  const { facts, close } = await pageFacts(
    () => config,
    askedService([], () => config, systemClock),
    systemClock,
  );
  const page = await openPage(
    { facts, clock, log: { error: wrong, warn: () => {} } },
    { host: '127.0.0.1', port: 0, ...options },
  );
  test.after(async () => {
    await page.close();
    await close();
  });
  return { url: page.url, ids, ...visitor(page.url) };
}

const CONFIG = `data: DATA
accounts:
  - name: qq
    address: someone@qq.com
    password: nothing
    receive: { protocol: imap }
`;
