// `check` against scripted servers that refuse as known ones do: exit code, and the cure that a person reads, in the language
// that they read. What is no failure and must be known stands there too.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import stringWidth from 'string-width';
import { stringify } from 'yaml';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer, type Script } from '../support/scripted-server.ts';
import { onTerminal } from '../support/terminal.ts';
import { mailkeep, type Ran } from '../support/run.ts';
import { temporaryDirectory } from '../support/temporary.ts';

type Protocol = 'imap' | 'pop3' | 'smtp';

/** What a server says in its own charset: octets. */
const gbk = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A server that greets, tells what it can, and answers the login with `reply`; without TLS, on this machine. */
const refusing: Readonly<Record<Protocol, (reply: string) => Script>> = {
  imap: (reply) => async (peer) => {
    await peer.lines('* OK [CAPABILITY IMAP4rev1] ready');
    await answering(peer, (tag) => latin1(`${tag} ${reply}\r\n`), /LOGIN/);
  },
  pop3: (reply) => async (peer) => {
    await peer.lines('+OK ready');
    for (;;) {
      const line = await peer.line();
      if (line.startsWith('PASS')) await peer.send(latin1(`${reply}\r\n`));
      else await peer.lines(/^(USER|QUIT)/.test(line) ? '+OK' : '-ERR what');
    }
  },
  smtp: (reply) => async (peer) => {
    await peer.lines('220 ready');
    for (;;) {
      const line = await peer.line();
      if (line.startsWith('AUTH')) await peer.send(latin1(`${reply}\r\n`));
      else await peer.lines(...(line.startsWith('EHLO') ? ['250-mail', '250 AUTH PLAIN'] : ['221 bye']));
    }
  },
};

async function answering(peer: Peer, refusal: (tag: string) => Buffer, at: RegExp): Promise<void> {
  for (;;) {
    const line = await peer.line();
    const [tag = '*'] = line.split(' ');
    if (at.test(line)) await peer.send(refusal(tag));
    else if (/ CAPABILITY/.test(line)) await peer.lines('* CAPABILITY IMAP4rev1', `${tag} OK`);
    else await peer.lines(`${tag} OK done`);
  }
}

/** A server whose first words are these. */
const greeting =
  (words: string): Script =>
  async (peer) => {
    await peer.lines(words);
    await peer.stall();
  };

const FIVE =
  'Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.';

const REFUSALS: readonly [protocol: Protocol, reply: string, exit: number, en: RegExp, zh: RegExp | null][] =
  [
    ['imap', `NO ${FIVE}`, 77, /five causes/, /五种原因/],
    [
      'imap',
      'NO LOGIN Unsafe Login. Please contact kefu@188.com for help',
      1,
      /NetEase does not let/,
      /网易拒绝了本程序/,
    ],
    ['imap', `NO ${gbk('b5c7c2bccaa7b0dc')}`, 77, /Check user and password/, /请检查用户名和密码/],
    ['imap', 'NO LOGIN Login error or password error', 77, /Check user and password/, null],
    ['imap', 'NO [OVERQUOTA] Account exceeded command or bandwidth limits.', 75, /allowance/, null],
    ['imap', 'NO [ALERT] Too many simultaneous connections. (Failure)', 75, /connections: 1/, null],
    [
      'imap',
      'NO [ALERT] Please log in via your web browser: https://support.google.com/mail/ (Failure)',
      77,
      /once in a browser/,
      null,
    ],
    [
      'imap',
      'NO [ALERT] Application-specific password required: https://support.google.com/',
      77,
      /wants an app password/,
      null,
    ],
    ['imap', 'NO Basic authentication is disabled.', 77, /mailkeep login/, null],
    [
      'imap',
      'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds',
      75,
      /fewer questions/,
      null,
    ],
    ['imap', 'NO [UNAVAILABLE] System error', 75, /nothing is wrong here/, null],
    ['imap', 'NO Ambiguous Alias', 75, /nothing is wrong here/, null],
    ['imap', 'NO [EXPIRED] change it', 77, /has expired/, null],
    [
      'pop3',
      `-ERR ${gbk('b5c7c2bcccabc6b5b7b1a3acc7ebc9d4baf3d4d9cad4')}`,
      75,
      /counts logins/,
      /登录太频繁/,
    ],
    ['pop3', `-ERR ${FIVE}`, 77, /five causes/, /五种原因/],
    ['pop3', '-ERR duplicate login!', 75, /counts logins/, null],
    ['pop3', '-ERR [IN-USE] mailbox already in use by pid 12345', 75, /Another program/, null],
    ['pop3', '-ERR [LOGIN-DELAY] minimum is 900 s', 75, /counts logins/, null],
    ['pop3', '-ERR [SYS/TEMP] down', 75, /nothing is wrong here/, null],
    ['pop3', '-ERR Logon failure: unknown user name or bad password.', 77, /Check user and password/, null],
    [
      'smtp',
      `535 Error: ${gbk('c7ebcab9d3c3cadac8a8c2ebb5c7c2bca1a3')}`,
      77,
      /authorization code/,
      /授权码登录/,
    ],
    [
      'smtp',
      '535 Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com/',
      77,
      /authorization code/,
      /授权码登录/,
    ],
    ['smtp', '550 User has no permission', 77, /SMTP is switched off/, /没有开启 SMTP 服务/],
    [
      'smtp',
      '451 Requested mail action not taken: too much fail authentication',
      75,
      /too many failed logins/,
      /登录失败次数过多/,
    ],
    ['smtp', '534 5.7.9 Application-specific password required.', 77, /wants an app password/, null],
    [
      'smtp',
      '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.',
      77,
      /mailkeep login/,
      null,
    ],
    ['smtp', '530 5.7.0 Must issue a STARTTLS command first', 77, /tls: starttls/, null],
    [
      'smtp',
      '454 4.7.0 Too many login attempts, please try again later.',
      75,
      /too many failed logins/,
      null,
    ],
  ];

for (const [protocol, reply, exit, en, zh] of REFUSALS) {
  test(`${protocol}: ${Buffer.from(reply, 'latin1').toString('latin1').slice(0, 70)}`, async (t) => {
    const { code, out } = await check(t, protocol, refusing[protocol](reply));
    assert.equal(code, exit, out);
    assert.match(out, new RegExp(`FAILED mine ${protocol} login: `));
    const [english = '', chinese] = cureIn(out);
    assert.match(english, en);
    if (zh === null) assert.equal(chinese, undefined);
    else assert.match(chinese ?? '', zh);
  });
}

test('who is not a mail server, or has something before it, is told apart from a refused login', async (t) => {
  for (const [protocol, words, en] of [
    ['imap', 'HTTP/1.1 400 Bad Request', /sign in to the network/],
    ['pop3', '* OK IMAP4 ready', /POP3 is 995/],
    ['smtp', '****************', /antivirus/],
  ] as const) {
    const { out } = await check(t, protocol, greeting(words));
    assert.match(out, new RegExp(`FAILED mine ${protocol} connect: `));
    assert.match(cureIn(out)[0] ?? '', en);
  }
});

test('--json has the cure as one string, English first, and what must be known as a list', async (t) => {
  const { out } = await check(t, 'smtp', refusing.smtp('550 User has no permission'), ['--json']);
  const { steps } = JSON.parse(out) as { steps: { error: { hint: string } | null; notes: unknown }[] };
  assert.match(steps.at(-1)?.error?.hint ?? '', /^SMTP is switched off[^—]+ — 该邮箱没有开启/);
  assert.deepEqual(steps.at(-1)?.notes, []);
});

test('on a terminal of 80 columns no line of a cure is longer, and each language begins its own', async (t) => {
  const home = await homeOf(t, 'imap', refusing.imap(`NO ${FIVE}`));
  const { out } = await onTerminal(['check', '--config', join(home, 'config.yaml')], home, {
    COLUMNS: '80',
    NO_COLOR: '1',
    CODE: 'secret',
  });
  const lines = out.split('\n');
  const from = lines.findIndex((line) => line.startsWith('  hint: '));
  const cure = lines.slice(from).filter((line) => line !== '');
  assert.ok(cure.length >= 4, out);
  for (const line of cure) {
    assert.ok(stringWidth(line) <= 80, line);
    assert.doesNotMatch(line.trimStart(), /^[，。；：、]/);
  }
  assert.ok(
    cure.some((line) => /^ {8}这句话有五种原因/.test(line)),
    out,
  );
});

test('what is no failure and must be known stands below its step', async (t) => {
  const folders = ['INBOX', 'Archive', 'Sent'];
  const server: Script = async (peer) => {
    await peer.lines('* OK [CAPABILITY IMAP4rev1] ready');
    for (;;) {
      const line = await peer.line();
      const [tag = '*'] = line.split(' ');
      if (/ CAPABILITY/.test(line)) await peer.lines('* CAPABILITY IMAP4rev1');
      if (/ LIST/.test(line)) await peer.lines(...folders.map((name) => `* LIST () "/" ${name}`));
      if (/ (EXAMINE|SELECT)/.test(line)) await peer.lines('* 3 EXISTS', '* OK [UIDVALIDITY 1]');
      await peer.lines(`${tag} OK done`);
    }
  };
  const more = {
    folders: { include: ['*'], exclude: ['Junk*'] },
    delete: { after: '30d' },
    push: true,
  };
  const { code, out } = await check(t, 'imap', server, [], more);
  assert.equal(code, 0, out);
  const notes = out.split('\n').filter((line) => line.startsWith('       note: '));
  assert.equal(notes.length, 3, out);
  assert.match(
    notes[0] ?? '',
    /folders\.exclude "Junk\*" fits no folder; the server has INBOX, Archive, Sent/,
  );
  assert.match(notes[1] ?? '', /delete: has no effect here, and nothing is deleted: .*no UIDPLUS/);
  assert.match(notes[2] ?? '', /no push \(IDLE\)/);
});

test('Gmail without All Mail, or with just so many messages, is noticed', async (t) => {
  for (const [exists, all, note] of [
    [10, false, /All Mail is hidden/],
    [1000, true, /All Mail shows just 1000 messages/],
    [999, true, undefined],
  ] as const) {
    const server: Script = async (peer) => {
      await peer.lines('* OK [CAPABILITY IMAP4rev1 IDLE UIDPLUS X-GM-EXT-1] ready');
      for (;;) {
        const line = await peer.line();
        const [tag = '*'] = line.split(' ');
        if (/ CAPABILITY/.test(line)) await peer.lines('* CAPABILITY IMAP4rev1 IDLE UIDPLUS X-GM-EXT-1');
        if (/ LIST/.test(line)) {
          await peer.lines('* LIST () "/" INBOX');
          if (all) await peer.lines('* LIST (\\All) "/" "[Gmail]/All Mail"');
        }
        if (/ EXAMINE/.test(line)) await peer.lines(`* ${exists} EXISTS`, '* OK [UIDVALIDITY 1]');
        await peer.lines(`${tag} OK done`);
      }
    };
    const { out } = await check(t, 'imap', server);
    if (note === undefined) assert.doesNotMatch(out, /note: /);
    else assert.match(out, note);
  }
});

test('a maildrop with a time between logins says it', async (t) => {
  const server: Script = async (peer) => {
    await peer.lines('+OK ready');
    for (;;) {
      const line = await peer.line();
      if (line === 'CAPA') await peer.lines('+OK', 'USER', 'UIDL', 'LOGIN-DELAY 900', '.');
      else if (/^(LIST|UIDL)/.test(line)) await peer.lines('+OK', '.');
      else await peer.lines(line.startsWith('STAT') ? '+OK 0 0' : '+OK');
    }
  };
  const { code, out } = await check(t, 'pop3', server);
  assert.equal(code, 0, out);
  assert.match(out, /ok {4} mine pop3 folders: INBOX, 0 messages\n {7}note: The server wants 900 seconds/);
});

async function homeOf(
  t: TestContext,
  protocol: Protocol,
  script: Script,
  more: Record<string, unknown> = {},
): Promise<string> {
  const server = await startScriptedServer(t, script);
  const home = temporaryDirectory(t);
  const endpoint = { host: server.host, port: server.port, tls: 'none', ...more };
  const account = {
    name: 'mine',
    address: 'someone@example.org',
    password: { env: 'CODE' },
    ...(protocol === 'smtp' ? { send: endpoint } : { receive: { protocol, ...endpoint } }),
  };
  writeFileSync(join(home, 'config.yaml'), stringify({ accounts: [account] }));
  return home;
}

async function check(
  t: TestContext,
  protocol: Protocol,
  script: Script,
  argv: readonly string[] = [],
  more: Record<string, unknown> = {},
): Promise<Ran> {
  const home = await homeOf(t, protocol, script, more);
  const config = join(home, 'config.yaml');
  return mailkeep(['check', '--config', config, ...argv], { home, env: { CODE: 'secret' } });
}

/** The lines of the first cure: English, and Chinese below it. */
function cureIn(out: string): string[] {
  const lines = out.split('\n');
  const at = lines.findIndex((line) => line.startsWith('       hint: '));
  const [first = '', second = ''] = lines.slice(at);
  return [first.slice(13), ...(second.startsWith(' '.repeat(13)) ? [second.trim()] : [])];
}
