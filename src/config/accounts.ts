// An account as written → the account that the program uses: presets applied, defaults filled in, secrets behind
// functions. What cannot be right is reported, all of it, and then there is no account.
import type { Account, Endpoint, Receive, Send, TlsMode } from '../model/account.ts';
import { cure } from '../model/hint.ts';
import { milliseconds } from './durations.ts';
import { resolveOAuth2 } from './oauth2.ts';
import { expand } from './places.ts';
import type { Surroundings } from './places.ts';
import { presetFor, presetOfHost } from './presets.ts';
import type { Preset, PresetServer } from './preset.ts';
import type { Path } from './problems.ts';
import { secretFrom } from './secrets.ts';
import type { RawAccount, RawEndpoint, RawReceive, RawSend } from './raw.ts';

/** What an account is resolved with. */
export interface Resolving {
  /** The folder of the configuration file: relative paths are taken from there. */
  readonly base: string;
  readonly around: Surroundings;
  /** Where the account stands, e.g. `accounts`, 0. */
  readonly at: Path;
  readonly report: (where: Path, text: string) => void;
}

/** The ports that a protocol is usually found at. */
interface Ports {
  readonly implicit: number;
  readonly clear: number;
}

const IMAP: Ports = { implicit: 993, clear: 143 };
const POP3: Ports = { implicit: 995, clear: 110 };
const SUBMISSION: Ports = { implicit: 465, clear: 587 };

/** The account, or undefined where something was reported. `raw` has passed the schema. */
export function resolveAccount(raw: RawAccount, how: Resolving): Account | undefined {
  const preset = presetFor(raw.address);
  const receive = raw.receive === undefined ? null : resolveReceive(raw.receive ?? {}, raw, preset, how);
  const send = raw.send === undefined ? null : resolveSend(raw.send ?? {}, raw, preset, how);
  const login = resolveLogin(raw, how);
  if (receive === null && send === null) {
    how.report(
      how.at,
      'neither receive nor send is there; `receive: {}` is enough where the provider is known',
    );
    return undefined;
  }
  if (receive === undefined || send === undefined || login === undefined) return undefined;
  // By host, not by address: a person's own domain may be kept at a known provider.
  const known = presetOfHost((receive ?? send)?.host ?? '');
  return {
    name: raw.name,
    address: raw.address,
    user: raw.user ?? raw.address,
    ...login,
    receive: receive ?? undefined,
    send: send ?? undefined,
    timeouts: {
      connect: milliseconds(raw.timeouts?.connect ?? '30s'),
      idle: milliseconds(raw.timeouts?.idle ?? known?.idle ?? '60s'),
    },
    provider: known?.provider,
    loginHint: known && cure(known.loginHint, known.imap.host),
  };
}

/** True for a host that is this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function resolveReceive(
  raw: RawReceive,
  { address }: RawAccount,
  preset: Preset | undefined,
  how: Resolving,
): Receive | undefined {
  const at = [...how.at, 'receive'];
  const protocol = raw.protocol ?? 'imap';
  if (protocol === 'pop3' && raw.host === undefined && preset !== undefined && preset.pop3 === undefined) {
    how.report([...at, 'protocol'], `${preset.provider} has no POP3; use imap`);
    return undefined;
  }
  const ports = protocol === 'imap' ? IMAP : POP3;
  const endpoint = resolveEndpoint(raw, preset?.[protocol], ports, address, at, how);
  if (endpoint === undefined) return undefined;
  const { delete: remove } = raw;
  const known = presetOfHost(endpoint.host);
  return {
    ...endpoint,
    protocol,
    schedule: raw.schedule ?? '*/5 * * * *',
    push: raw.push ?? true,
    folders: { include: raw.folders?.include ?? ['*'], exclude: raw.folders?.exclude ?? [] },
    connections: raw.connections ?? known?.connections ?? 2,
    budget: known?.perDay?.[protocol],
    loginInterval: known?.loginInterval,
    oneAtATime: known?.oneAtATime,
    window: known?.[protocol === 'pop3' ? 'pop3Window' : 'imapWindow'] !== undefined,
    delete: remove && { after: milliseconds(remove.after), maxPerRun: remove.maxPerRun ?? 100 },
  };
}

function resolveSend(
  raw: RawSend,
  { address }: RawAccount,
  preset: Preset | undefined,
  how: Resolving,
): Send | undefined {
  const endpoint = resolveEndpoint(raw, preset?.smtp, SUBMISSION, address, [...how.at, 'send'], how);
  return (
    endpoint && {
      ...endpoint,
      from: raw.from ?? [],
      saveSent: raw.saveSent ?? 'auto',
      filesSent: presetOfHost(endpoint.host)?.filesSent,
      uncertain: raw.uncertain ?? 'retry',
      rate: {
        perMinute: raw.rate?.perMinute ?? 30,
        perDay: raw.rate?.perDay ?? 500,
        perConnection: raw.rate?.perConnection ?? 20,
      },
    }
  );
}

function resolveEndpoint(
  raw: RawEndpoint,
  preset: PresetServer | undefined,
  ports: Ports,
  address: string,
  at: Path,
  { report, base, around }: Resolving,
): Endpoint | undefined {
  const host = raw.host ?? preset?.host;
  if (host === undefined) {
    const domain = address.slice(address.lastIndexOf('@') + 1);
    report([...at, 'host'], `is missing; the servers of ${domain} are not known here`);
    return undefined;
  }
  const usual = host === preset?.host ? preset : undefined;
  const tls = raw.tls ?? tlsFor(raw.port, usual, ports);
  const right = checkEndpoint(raw, host, tls, at, report);
  if (!right) return undefined;
  return {
    host,
    port: raw.port ?? portFor(tls, usual, ports),
    tls,
    ca: raw.ca === undefined ? undefined : expand(raw.ca, base, around),
    pin: raw.pin,
    tlsName: raw.tlsName,
    tlsOld: raw.tlsOld,
    insecure: raw.insecure,
  };
}

function tlsFor(port: number | undefined, usual: PresetServer | undefined, ports: Ports): TlsMode {
  if (usual !== undefined && (port === undefined || port === usual.port)) return usual.tls;
  return port === ports.clear || port === 25 ? 'starttls' : 'implicit';
}

function portFor(tls: TlsMode, usual: PresetServer | undefined, ports: Ports): number {
  if (usual?.tls === tls) return usual.port;
  return tls === 'implicit' ? ports.implicit : ports.clear;
}

function checkEndpoint(
  raw: RawEndpoint,
  host: string,
  tls: TlsMode,
  at: Path,
  report: Resolving['report'],
): boolean {
  const open = tls === 'none' && !isLoopback(host) && raw.insecure !== true;
  if (open)
    report(
      [...at, 'tls'],
      `none would send the password to ${host} in clear; use implicit or starttls (or say insecure: true)`,
    );
  const both = raw.ca !== undefined && raw.pin !== undefined;
  if (both) report([...at, 'pin'], 'stands beside ca; give one of the two');
  const nameless = raw.tlsName !== undefined && raw.pin !== undefined;
  if (nameless)
    report([...at, 'tlsName'], 'stands beside pin, which looks at the key alone; give one of the two');
  return !open && !both && !nameless;
}

/** How the account logs in; an account with oauth2 gets its tokens where the data directory is known. */
function resolveLogin(raw: RawAccount, how: Resolving): Pick<Account, 'login' | 'oauth2'> | undefined {
  const { base, around, at, report } = how;
  const { name, password, oauth2 } = raw;
  if (password !== undefined && oauth2 !== undefined) {
    report([...at, 'oauth2'], 'stands beside password; give one of the two');
    return undefined;
  }
  if (oauth2 !== undefined) {
    const client = resolveOAuth2(oauth2, { name, base, around, at: [...at, 'oauth2'], report });
    return client && { oauth2: client, login: () => Promise.reject(withoutTokens(name)) };
  }
  if (password !== undefined) {
    const user = raw.user ?? raw.address;
    const secret = secretFrom(password, `account "${name}"`, base, around);
    return { login: async () => ({ user, password: await secret() }) };
  }
  report([...at, 'password'], 'is missing');
  return undefined;
}

function withoutTokens(name: string): TypeError {
  return new TypeError(`nobody gave account "${name}" its tokens`);
}
