// A mail server that refuses every login and repeats what it was told: as it came, decoded, and broken over two lines. Worse ones
// there are not, as far as secrets go.
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Ending } from './temporary.ts';

/** What a parrot speaks, and the one way in that it offers: a SASL mechanism, or the protocol's own command. */
export interface Tongue {
  readonly protocol: 'imap' | 'pop3' | 'smtp';
  readonly mechanism: string;
}

/** One that sits and listens. */
export interface Parrot {
  readonly port: number;
  /** What it was told to let somebody in: arguments and answers, not the commands around them. */
  readonly heard: readonly string[];
}

/** Starts one on loopback. */
export async function startParrot(test: Ending, tongue: Tongue): Promise<Parrot> {
  const heard: string[] = [];
  const server: Server = createServer((socket) => talk(socket, tongue, heard));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => void server.close());
  return { port: (server.address() as AddressInfo).port, heard };
}

/** What one says of a secret, a line each; each of them without a line end. */
export function echoes(said: string): string[] {
  const decoded = Buffer.from(said, 'base64')
    .toString('latin1')
    .replace(/[\0\x01]/g, ' ');
  const half = Math.ceil(said.length / 2);
  const middle = Math.ceil(decoded.length / 2);
  return [
    `you said ${said}`,
    `which is (${decoded})`,
    `"${said.slice(0, half)}`,
    `${said.slice(half)}" and`,
    decoded.slice(0, middle),
    decoded.slice(middle),
  ];
}

const b64 = (text: string): string => Buffer.from(text).toString('base64');

/** What it asks, one after the other; a function is asked for the second one of SCRAM. */
function challenges(mechanism: string): readonly ((last: string) => string)[] {
  if (mechanism === 'LOGIN') return [() => b64('Username:'), () => b64('Password:')];
  if (mechanism === 'CRAM-MD5') return [() => b64('<1.2@parrot.test>')];
  if (mechanism.startsWith('SCRAM'))
    return [
      () => '',
      (last) => {
        const nonce = /r=([^,]*)/.exec(Buffer.from(last, 'base64').toString())?.[1] ?? '';
        return b64(`r=${nonce}parrot,s=${b64('salt of the sea')},i=4096`);
      },
    ];
  if (/BEARER|XOAUTH2/.test(mechanism))
    return [
      () => '',
      (last) => b64(JSON.stringify({ status: '400', said: Buffer.from(last, 'base64').toString() })),
    ];
  return [() => ''];
}

function talk(socket: Socket, { protocol, mechanism }: Tongue, heard: string[]): void {
  const say = (...lines: readonly string[]): void =>
    void socket.write(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'));
  socket.on('error', () => undefined);
  const offer = {
    imap: `IMAP4rev1${mechanism === 'command' ? '' : ` LOGINDISABLED AUTH=${mechanism}`}`,
    pop3: mechanism === 'APOP' || mechanism === 'command' ? 'USER' : `SASL ${mechanism}`,
    smtp: `AUTH ${mechanism}`,
  }[protocol];
  const refuse = (tag: string, said: string): void => {
    const all = echoes(said);
    if (protocol === 'imap')
      say(...all.map((line) => `* NO ${line}`), `${tag} NO [AUTHENTICATIONFAILED] ${all.join(' ')}`);
    else if (protocol === 'pop3') say(`-ERR [AUTH] ${all.join(' ')}`);
    else say(...all.map((line) => `535-5.7.8 ${line}`), `535 5.7.8 ${all.join(' ')}`);
  };
  let tag = '';
  let left: ((last: string) => string)[] = [];
  let last = '';
  const goOn = (): void => {
    const next = left.shift();
    if (next === undefined) refuse(tag, last);
    else say(protocol === 'smtp' ? `334 ${next(last)}` : `+ ${next(last)}`);
  };
  let asking = false;
  const take = (line: string): void => {
    if (asking) {
      heard.push(line);
      last = line;
      if (left.length === 0) asking = false;
      return goOn();
    }
    const words = line.split(' ');
    tag = protocol === 'imap' ? (words.shift() ?? '') : '';
    const [verb = '', ...rest] = words;
    switch (verb.toUpperCase()) {
      case 'CAPABILITY':
        return say(`* CAPABILITY ${offer}`, `${tag} OK done`);
      case 'CAPA':
        return say('+OK', offer, '.');
      case 'EHLO':
        return say('250-parrot.test', `250 ${offer}`);
      case 'LOGOUT':
        return say('* BYE', `${tag} OK bye`);
      case 'QUIT':
        return say(protocol === 'smtp' ? '221 bye' : '+OK bye');
      case 'USER':
        return say(`+OK ${rest.join(' ')}, and the password?`);
      case 'LOGIN':
      case 'PASS':
      case 'APOP':
        heard.push(...rest.slice(verb === 'PASS' ? 0 : 1));
        return refuse(tag, rest.join(' '));
      case 'AUTHENTICATE':
      case 'AUTH': {
        left = [...challenges(mechanism)];
        const [, initial] = rest;
        if (initial !== undefined) {
          heard.push(initial);
          last = initial;
          left.shift();
        }
        asking = left.length > 0;
        return goOn();
      }
      default:
        if (protocol === 'imap') return say(`${tag} BAD ${line}`);
        return say(protocol === 'smtp' ? `500 ${line}` : `-ERR ${line}`);
    }
  };
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      take(line);
    }
  });
  const greetings = {
    imap: `* OK [CAPABILITY ${offer}] parrot`,
    pop3: `+OK parrot${mechanism === 'APOP' ? ' <1.2@parrot.test>' : ''}`,
    smtp: '220 parrot.test ESMTP',
  };
  say(greetings[protocol]);
}
