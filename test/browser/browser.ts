// A real Chromium whose every word to the outside is heard: names that it looks up (its own log of the network tells, so that
// prefetched ones count), connections (all names lead to one listener here), requests, dialogs, windows, downloads, and
// whether anything ran.
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { program, without } from '../servers/installed.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const CHROMIUM = program('/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome');

/** Chromium's own errands: they end here. */
const OWN_HOSTS =
  'MAP *.google.com ~NOTFOUND, MAP *.googleapis.com ~NOTFOUND, MAP *.gstatic.com ~NOTFOUND, MAP *.gvt1.com ~NOTFOUND, MAP *.gvt2.com ~NOTFOUND';

/** The reason why a test that needs a browser is left out, or false. */
export function withoutBrowser(): string | false {
  return (
    process.env['MAILKEEP_REQUIRE_SERVERS'] !== '1' &&
    CHROMIUM === undefined &&
    without({ chromium: CHROMIUM })
  );
}

/** What was heard since the last `forget`. */
export interface Heard {
  /** Addresses that a page of this browser asked for, `data:` and `about:` left out. */
  readonly requests: string[];
  /** First octets that reached the listener for all other hosts. */
  readonly connections: string[];
  /** Messages of scripts: `pwned` says "pwned at ORIGIN". */
  readonly ran: string[];
  readonly dialogs: string[];
  readonly windows: string[];
  readonly downloads: string[];
}

/** A browser with one profile of its own. */
export interface TestBrowser {
  readonly context: BrowserContext;
  readonly heard: Heard;
  /** Closes it. Host names that it had looked up by then, loopback and its own errands left out. */
  lookedUp(): Promise<readonly string[]>;
  forget(): void;
}

/** Starts Chromium; `options` of the context beside those that it needs. It ends with the test. */
export async function startBrowser(
  test: Ending,
  options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
): Promise<TestBrowser> {
  const heard: Heard = { requests: [], connections: [], ran: [], dialogs: [], windows: [], downloads: [] };
  // What a test hangs up runs in the order in which it was hung up: the browser must be gone before its directory goes.
  let open: BrowserContext | undefined;
  const close = async (): Promise<void> => {
    const context = open;
    open = undefined;
    await context?.close();
  };
  test.after(close);
  const directory = temporaryDirectory(test);
  const log = join(directory, 'net.json');
  const port = await everywhere(test, heard);
  const context = await chromium.launchPersistentContext(join(directory, 'profile'), {
    executablePath: CHROMIUM ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-component-update',
      `--host-resolver-rules=${OWN_HOSTS}, MAP * 127.0.0.1:${port}, EXCLUDE 127.0.0.1, EXCLUDE *.names.test`,
      `--log-net-log=${log}`,
    ],
    // With it, Chromium would prefetch no name for any page, and nothing were proved.
    ignoreDefaultArgs: ['--disable-background-networking'],
    ...options,
  });
  open = context;
  await context.addInitScript(
    'globalThis.pwned = () => console.warn(`pwned at ${location.href.slice(0, 200)}`)',
  );
  for (const page of context.pages()) listenTo(page, heard);
  context.on('page', (page) => {
    listenTo(page, heard);
    // The ones that a test opens itself have no opener.
    void page.opener().then((opener) => opener !== null && heard.windows.push(page.url()));
  });
  context.on('request', (request) => {
    if (!/^(?:data|about|blob):/.test(request.url())) heard.requests.push(request.url());
  });
  // What a policy forbade was told as a request before it was refused; it never left.
  context.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'csp') return;
    const index = heard.requests.indexOf(request.url());
    if (index !== -1) heard.requests.splice(index, 1);
  });
  return {
    context,
    heard,
    lookedUp: async () => {
      await close();
      return lookups(readFileSync(log, 'utf8'));
    },
    forget: () => Object.values(heard).forEach((list: string[]) => (list.length = 0)),
  };
}

function listenTo(page: Page, heard: Heard): void {
  page.on('console', (message) => {
    if (message.text().startsWith('pwned')) heard.ran.push(message.text());
  });
  page.on('dialog', (dialog) => {
    heard.dialogs.push(`${dialog.type()}: ${dialog.message()}`);
    // A page that goes on takes its dialog along.
    dialog.dismiss().catch(() => undefined);
  });
  page.on('download', (download) => heard.downloads.push(download.suggestedFilename()));
}

/** Listens for all hosts of the world; notes what comes, and hangs up. */
async function everywhere(test: Ending, heard: Heard): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    // A preconnection says nothing at all.
    const index = heard.connections.push('silence') - 1;
    socket.once('data', (chunk) => {
      const said = chunk.toString('latin1');
      const line = /^[ -~]+/.exec(said)?.[0] ?? `TLS ${/[a-z0-9-]+(?:\.[a-z0-9-]+)+/.exec(said)?.[0]}`;
      heard.connections[index] = line.slice(0, 200);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

/** The names in Chromium's own log of the network. It may have been cut off at its end. */
function lookups(log: string): readonly string[] {
  const names = [...log.matchAll(/"host":"(?:\w+:\/\/)?([^"]+?)(?::\d+)?"/g)].map(([, name = '']) => name);
  return [...new Set(names)]
    .filter((name) => !/^(?:127\.|localhost|\[)|^~|\.(?:google|googleapis|gstatic|gvt[12])\.com$/.test(name))
    .sort();
}
