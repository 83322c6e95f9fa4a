// One message to each of seven servers that misbehave, and what a person sees of it: the list, the letter, the reason file. For the
// test that holds it, and for whoever wants to read it (`npm run outbox:stories`).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account } from '../../src/model/account.ts';
import { dial } from '../../src/net/dial.ts';
import type { Peer } from '../support/peer.ts';
import { mailkeep } from '../support/run.ts';
import { startScriptedServer, type Script } from '../support/scripted-server.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { accountAt, LI, message, PostOffice, ZHAO } from './post-office.ts';

/** A server, and whom the message is for. */
export interface Story {
  readonly title: string;
  readonly to: string;
  readonly script: Script;
  readonly change?: Partial<Account['send']>;
}

/** What a person sees. */
export interface Seen {
  readonly list: string;
  readonly show: string;
  /** NAME.reason.txt; null where there is none. */
  readonly reason: string | null;
  readonly states: readonly string[];
}

const THREE = `${LI}, nobody@mail.test, ${ZHAO}`;

/** `Error: 密码错误` in GBK, as NetEase and others say it. */
const WRONG_PASSWORD = Buffer.concat([
  Buffer.from('535 Error: '),
  Buffer.from('c3dcc2ebb4edcef3', 'hex'),
  Buffer.from('\r\n'),
]);

async function greet(peer: Peer, ...offers: readonly string[]): Promise<void> {
  await peer.lines('220 mx.story.test ESMTP');
  await peer.expect(/^EHLO/);
  await peer.lines('250-mx.story.test', ...offers.map((offer) => `250-${offer}`), '250 AUTH PLAIN LOGIN');
}

async function loggedIn(peer: Peer): Promise<void> {
  await greet(peer, '8BITMIME');
  await peer.expect(/^AUTH PLAIN/);
  await peer.lines('235 2.7.0 ok');
}

/** The envelope, up to the 354; `rcpt` answers for each recipient. */
async function envelope(peer: Peer, rcpt: (line: string) => string): Promise<boolean> {
  await peer.expect(/^MAIL/);
  await peer.lines('250 2.1.0 ok');
  let some = false;
  for (let line = await peer.line(); ; line = await peer.line()) {
    if (line === 'QUIT') return false;
    if (line === 'DATA') break;
    const answer = rcpt(line);
    some ||= answer.startsWith('2');
    await peer.lines(answer);
  }
  if (some) await peer.lines('354 go on');
  return some;
}

async function goodbye(peer: Peer): Promise<void> {
  await peer.expect(/^QUIT/);
  await peer.lines('221 bye');
  peer.hangUp();
}

export const STORIES: readonly Story[] = [
  {
    title: 'It rejects one of three recipients',
    to: THREE,
    script: async (peer) => {
      await loggedIn(peer);
      await envelope(peer, (line) =>
        line.includes('nobody') ? '550 5.1.1 No such user here' : '250 2.1.5 ok',
      );
      await peer.untilDot();
      await peer.lines('250 2.0.0 queued as 4711');
      await goodbye(peer);
    },
  },
  {
    title: 'It greylists',
    to: LI,
    script: async (peer) => {
      await loggedIn(peer);
      await envelope(peer, () => '451 4.7.1 Greylisted, please try again in 300 seconds');
      peer.hangUp();
    },
  },
  {
    title: 'It dies before the dot',
    to: LI,
    script: async (peer) => {
      await loggedIn(peer);
      await peer.expect(/^MAIL/);
      await peer.lines('250 ok');
      await peer.expect(/^RCPT/);
      await peer.lines('250 ok');
      await peer.expect(/^DATA/);
      peer.reset();
    },
  },
  {
    title: 'It dies after the dot',
    to: LI,
    script: async (peer) => {
      await loggedIn(peer);
      await envelope(peer, () => '250 ok');
      await peer.untilDot();
      peer.reset();
    },
  },
  {
    title: 'It answers 250, and then garbage',
    to: LI,
    script: async (peer) => {
      await loggedIn(peer);
      await envelope(peer, () => '250 ok');
      await peer.untilDot();
      await peer.send('250 2.0.0 queued as 4711\r\n\u0000\u0001garbage\r\n\r\n%%%');
      peer.hangUp();
    },
  },
  {
    title: 'It offers no STARTTLS where that is wanted',
    to: LI,
    change: { tls: 'starttls' },
    script: async (peer) => {
      await greet(peer, '8BITMIME');
      await peer.expect(/^STARTTLS/);
      await peer.lines('502 5.5.1 命令未实现');
      await goodbye(peer);
    },
  },
  {
    title: 'It answers the login by 535 in GBK',
    to: LI,
    script: async (peer) => {
      await greet(peer, '8BITMIME');
      await peer.expect(/^AUTH PLAIN/);
      await peer.send(WRONG_PASSWORD);
      await peer.closed;
    },
  },
];

/** Sends the message, and looks as a person does. The account is one at `smtp.qq.com`, whose readers read Chinese. */
export async function tell(test: Ending, story: Story): Promise<Seen> {
  const server = await startScriptedServer(test, async (peer) => {
    // The first connection is the story; whatever comes later is let wait.
    if (peer.nth === 0) await story.script(peer);
    else await peer.stall();
  });
  const account = accountAt(server.port, { host: 'smtp.qq.com', ...story.change });
  const home = temporaryDirectory(test);
  const office = new PostOffice(test, [account], join(home, 'data'), join(home, 'drop'));
  office.outbox({
    connect: (to, signal, trace) => {
      if (to.send === undefined) throw new Error('no send');
      return dial({ ...to.send, host: '127.0.0.1' }, to.timeouts, { signal, trace });
    },
  });
  await office.clock.wind(Date.now() - office.clock.now());
  office.put('letter.eml', message(story.to));
  await office.settled();
  await office.stop();
  configure(home);
  const [{ id } = { id: '' }] = office.list();
  const list = await mailkeep(['outbox', 'list'], { home });
  const show = await mailkeep(['outbox', 'show', id], { home });
  const failed = office.names('failed').includes('letter.reason.txt');
  return {
    list: list.out,
    show: show.out,
    reason: failed ? Buffer.from(office.read('failed/letter.reason.txt'), 'latin1').toString() : null,
    states: office.only().recipients.map(({ state }) => state),
  };
}

function configure(home: string): void {
  const path = join(home, '.config/mailkeep/config.yaml');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `data: ${join(home, 'data')}\noutbox: ${join(home, 'drop')}\naccounts:\n  - name: wang\n    address: wang@mail.test\n    password: { env: P }\n    send: { host: 127.0.0.1, port: 1, tls: none }\n`,
  );
}
