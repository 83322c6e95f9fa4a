// The IMAP side (RFC 3501, with LITERAL+, ID, IDLE, NOTIFY, UIDPLUS, MOVE, MULTIAPPEND, SPECIAL-USE and SASL-IR): reads
// commands one by one, lets the faults strike, and answers.
import type { Peer } from '../peer.ts';
import { BEARER, bearer } from './bearer.ts';
import type { House } from './house.ts';
import { logIn, offers } from './house.ts';
import { append, create, expunge, expungeByUid, moveByUid, storeByUid } from './imap-changes.ts';
import { readCommand, textOf, upper } from './imap-command.ts';
import { fetchByNumber, fetchByUid } from './imap-fetch.ts';
import { idle } from './imap-idle.ts';
import { examine, list, lsub, select, status } from './imap-folders.ts';
import { searchByUid } from './imap-search.ts';
import type { ImapVerb } from './imap-session.ts';
import { ImapSession } from './imap-session.ts';
import type { User } from './mailbox.ts';
import { Wire } from './wire.ts';

/** Serves one IMAP client until it leaves. */
export async function serveImap(peer: Peer, house: House): Promise<void> {
  const wire = new Wire(peer, house, 'IMAP');
  const session = new ImapSession(wire, house);
  if (!(await wire.struck('GREETING')))
    await wire.say(`* OK [CAPABILITY ${capabilities(session)}] ${house.name} ready`);
  for (;;) {
    const { tag, verb, args, line } = await readCommand(peer);
    wire.note(verb === 'LOGIN' ? `${tag} LOGIN ***` : verb === 'AUTHENTICATE' ? `${tag} AUTHENTICATE` : line);
    const { faults } = house;
    faults.watch('heard', verb, peer.nth);
    if (await wire.struck(verb, `${tag} `)) continue;
    const command = find(session, verb);
    const answer = typeof command === 'string' ? command : await command(session, args, tag);
    faults.watch('obeyed', verb, peer.nth);
    if (verb === 'APPEND' && faults.dropAfterAppend > 0) {
      faults.dropAfterAppend--;
      peer.hangUp();
    }
    // EXPUNGE may not come while message numbers are in use (RFC 9051 §7.5.1).
    if (verb !== 'FETCH') await session.refresh();
    // STARTTLS has answered already, before the handshake.
    if (answer !== '') await wire.say(`${tag} ${answer}`);
    else await wire.flush();
  }
}

/** The verb, or the answer that refuses it. */
function find(session: ImapSession, verb: string): ImapVerb | string {
  const { without } = session.house.faults;
  if (without.has(NEEDS[verb] ?? verb)) return 'BAD command not support';
  const always = ANY_TIME[verb];
  if (always !== undefined) return always;
  const later = LOGGED_IN[verb];
  if (later !== undefined) return session.user === undefined ? 'NO Please log in first' : later;
  const inside = SELECTED[verb];
  if (inside !== undefined) return session.mailbox === undefined ? 'NO No folder is open' : inside;
  return 'BAD command not support';
}

const NEEDS: Readonly<Record<string, string>> = { 'UID MOVE': 'MOVE', 'UID EXPUNGE': 'UIDPLUS' };

const ANY_TIME: Readonly<Record<string, ImapVerb>> = {
  CAPABILITY: async (session) => {
    await session.wire.put(`* CAPABILITY ${capabilities(session)}\r\n`);
    return 'OK CAPABILITY done';
  },
  NOOP: async () => 'OK NOOP done',
  ID: async (session) => {
    if (session.user !== undefined) session.identified = true;
    await session.wire.put(`* ID ("name" "${session.house.name}")\r\n`);
    return 'OK ID done';
  },
  LOGOUT: async ({ wire }, _, tag) => {
    await wire.say('* BYE Until next time', `${tag} OK LOGOUT done`);
    return wire.peer.hangUp();
  },
  STARTTLS: async ({ wire, house }, _, tag) => {
    if (wire.peer.secure) return 'BAD TLS is up';
    await wire.peer.startTls(`${tag} OK Begin TLS\r\n`, house.certificate);
    return '';
  },
  LOGIN: async (session, args) => enter(session, utf8(textOf(args[0])), utf8(textOf(args[1]))),
  AUTHENTICATE: async (session, args) => {
    const mechanism = upper(args[0]);
    const byToken = session.house.tokens !== undefined && BEARER.includes(mechanism);
    if (mechanism !== 'PLAIN' && !byToken) return 'NO Unknown mechanism';
    let initial = textOf(args[1]);
    if (initial === '') {
      await session.wire.say('+ ');
      initial = await session.wire.peer.line();
    }
    if (initial === '*') return 'BAD Cancelled';
    if (byToken) {
      const user = await bearer(session.house, mechanism, initial, async (challenge) => {
        await session.wire.say(`+ ${Buffer.from(challenge).toString('base64')}`);
        return session.wire.peer.line();
      });
      return welcome(session, user);
    }
    const [, user = '', password = ''] = Buffer.from(initial, 'base64').toString().split('\0');
    return enter(session, user, password);
  },
};

const LOGGED_IN: Readonly<Record<string, ImapVerb>> = {
  LIST: list,
  LSUB: lsub,
  ENABLE: async (session, args) => {
    if (session.mailbox !== undefined) return 'BAD A folder is open';
    const on = args.map(upper).filter((word) => ENABLED.has(word) && offers(session.house, word));
    for (const word of on) session.enabled.add(word);
    await session.wire.put(`* ENABLED${on.map((word) => ` ${word}`).join('')}\r\n`);
    return 'OK ENABLE done';
  },
  STATUS: status,
  SELECT: select,
  EXAMINE: examine,
  APPEND: append,
  CREATE: create,
  IDLE: idle,
  NOTIFY: async (session, args) => {
    session.notified = upper(args[0]) === 'SET';
    return 'OK NOTIFY done';
  },
};

const SELECTED: Readonly<Record<string, ImapVerb>> = {
  FETCH: fetchByNumber,
  'UID FETCH': fetchByUid,
  'UID SEARCH': searchByUid,
  'UID STORE': storeByUid,
  'UID EXPUNGE': expungeByUid,
  'UID MOVE': moveByUid,
  EXPUNGE: expunge,
  CLOSE: async (session) => {
    session.open(undefined, true);
    return 'OK CLOSE done';
  },
};

const ENABLED = new Set(['CONDSTORE', 'QRESYNC', 'UTF8=ACCEPT']);
const ALWAYS = ['IMAP4rev1', 'LITERAL+', 'SASL-IR', 'ID', 'IDLE', 'UIDPLUS', 'SPECIAL-USE'];
const AFTER_LOGIN = [
  'NOTIFY',
  'MOVE',
  'MULTIAPPEND',
  'CREATE-SPECIAL-USE',
  'ENABLE',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'CONDSTORE',
  'QRESYNC',
  'ESEARCH',
  'OBJECTID',
  'STATUS=SIZE',
  'UTF8=ACCEPT',
];

function capabilities(session: ImapSession): string {
  const { wire, house, user } = session;
  const all = user === undefined ? ALWAYS : [...ALWAYS, ...AFTER_LOGIN];
  const words = all.filter((word) => offers(house, word));
  if (house.gmail && user !== undefined) words.push('X-GM-EXT-1');
  if (user !== undefined) return words.join(' ');
  if (!wire.peer.secure) words.push('STARTTLS');
  const open = house.secureOnly && !wire.peer.secure;
  words.push(open ? 'LOGINDISABLED' : 'AUTH=PLAIN');
  if (!open && house.tokens !== undefined) words.push(...BEARER.map((mechanism) => `AUTH=${mechanism}`));
  return words.join(' ');
}

function enter(session: ImapSession, user: string, password: string): string {
  return welcome(session, logIn(session.house, user, password));
}

function welcome(session: ImapSession, user: User | undefined): string {
  const { wire, house } = session;
  if (house.secureOnly && !wire.peer.secure) return 'NO [PRIVACYREQUIRED] TLS first';
  session.user = user;
  if (session.user === undefined) return 'NO [AUTHENTICATIONFAILED] Login error or password error';
  return `OK [CAPABILITY ${capabilities(session)}] Welcome`;
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString();
}
