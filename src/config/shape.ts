// The configuration file as a person writes it: every key, what it may hold, and one line about it. The JSON Schema in
// config/ is generated from here; defaults that depend on a provider or on the machine are filled in by load.
import { validate as validCron } from 'node-cron';
import { z } from 'zod';
import { DURATION } from './durations.ts';
import type { RawAccount, RawConfig, RawSecret } from './raw.ts';

const text = (about: string): z.ZodString =>
  z
    .string()
    .min(1, 'must not be empty')
    .regex(/^[^\u0000-\u001f\u007f]*$/u, 'must not hold control characters')
    .describe(about);
const whole = (least: number, most: number, about: string): z.ZodInt =>
  z.int().min(least).max(most).describe(about);
const duration = (about: string): z.ZodString =>
  z.string(A_DURATION).regex(DURATION, A_DURATION).describe(about);
const A_DURATION = 'must be a duration such as 30s, 5m, 24h or 30d';
const address = (about: string): z.ZodString =>
  text(about).regex(/^[^\s@<>]+@[^\s@<>]+$/u, 'must be a mail address such as someone@example.org');
const listen = (about: string): z.ZodString =>
  text(about).regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):\d{1,5}$/, 'must be HOST:PORT such as 127.0.0.1:8025');
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const isAddress = (uri: string, protocol: 'https:' | 'http:'): boolean => {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || url.username !== '' || url.hash !== '' || url.protocol !== protocol) return false;
  return protocol === 'https:' || LOOPBACK.test(url.hostname);
};
const web = (about: string): z.ZodString =>
  text(about).refine(
    (uri) => isAddress(uri, 'https:') || isAddress(uri, 'http:'),
    'must begin with https:// (http:// only to this machine)',
  );
const argv = (about: string): z.ZodArray<z.ZodString> =>
  z.array(z.string()).min(1, 'must name a program').describe(about);

const cronOrNever = (about: string): z.ZodString =>
  text(about).refine(
    (when) => when === 'never' || validCron(when),
    'must be a cron expression such as "0 3 * * *", or never',
  );

const secret = (about: string): z.ZodType<RawSecret> =>
  z
    .union([
      text('The secret itself; only where no other user can read the file'),
      z
        .strictObject({
          env: text('Name of an environment variable').optional(),
          file: text('Path of a file that holds it').optional(),
          credential: text('Name of a systemd credential').optional(),
          command: argv('Program and arguments that print it; no shell').optional(),
        })
        .refine((from) => Object.values(from).filter((part) => part !== undefined).length === 1, {
          error:
            'must be exactly one of { env: NAME }, { file: PATH }, { credential: NAME }, { command: [argv…] }',
          when: ({ issues }) => issues.length === 0,
        })
        .meta({ minProperties: 1, maxProperties: 1 }),
    ])
    .describe(about);

const endpoint = {
  host: text('Server name; from the preset of the address where it has one').optional(),
  port: whole(1, 65535, 'TCP port; from the preset, else the usual one').optional(),
  tls: z
    .enum(['implicit', 'starttls', 'none'])
    .describe('How the connection is made safe; none only to this machine')
    .optional(),
  insecure: z
    .boolean()
    .describe('true allows tls: none to another machine: the password and all mail then go in clear')
    .optional(),
  ca: text("PEM file of the authorities to trust instead of the system's").optional(),
  pin: z
    .string()
    .regex(/^sha256\/[A-Za-z0-9+/]{43}=$/, 'must be sha256/ and 44 characters of base64')
    .describe("sha256/BASE64 of the server's public key; no other is accepted")
    .optional(),
  tlsName: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'must be a host name such as mail.example.org')
    .describe("Name that the server's certificate must be for; default: host")
    .optional(),
  tlsOld: z
    .boolean()
    .describe('true lets in an old server: TLS 1.0 and 1.1, small keys, old renegotiation')
    .optional(),
};

const receive = z.strictObject({
  protocol: z.enum(['imap', 'pop3']).describe('Default: imap').optional(),
  ...endpoint,
  schedule: z
    .string()
    .refine((expression) => validCron(expression), 'must be a cron expression such as "*/5 * * * *"')
    .describe('When to poll, as cron; six fields allowed; default */5 * * * *')
    .optional(),
  push: z.boolean().describe('IMAP IDLE on INBOX between polls; default true').optional(),
  folders: z
    .strictObject({
      include: z.array(text('A glob, or a special use such as \\Sent')).describe('Default: ["*"]').optional(),
      exclude: z.array(text('A glob, or a special use such as \\Trash')).describe('Default: none').optional(),
    })
    .describe('Which folders are kept: globs on readable names, or special-use names')
    .optional(),
  connections: whole(1, 20, 'Connections at once, at most').optional(),
  delete: z
    .strictObject({
      after: duration('Age at which a stored message may be deleted at the server'),
      maxPerRun: whole(1, 1_000_000, 'Deleted in one poll at most; default 100').optional(),
    })
    .describe('Deleting at the server; absent: never')
    .optional(),
});

const send = z.strictObject({
  ...endpoint,
  from: z.array(address('A mail address')).describe('Further addresses that may be the sender').optional(),
  saveSent: z.enum(['auto', 'always', 'never']).describe('Copy to the Sent folder; default auto').optional(),
  uncertain: z
    .enum(['retry', 'hold'])
    .describe('What becomes of a message whose final dot got no answer; default retry')
    .optional(),
  rate: z
    .strictObject({
      perMinute: whole(1, 10_000, 'Messages a minute at most; default 30').optional(),
      perDay: whole(1, 1_000_000, 'Messages a day at most; default 500').optional(),
      perConnection: whole(1, 1000, 'Messages over one connection at most; default 20').optional(),
    })
    .describe('How fast messages are sent')
    .optional(),
});

const oauth2 = z
  .strictObject({
    provider: z.enum(['google', 'microsoft', 'yahoo', 'generic']).describe('Who signs the person in'),
    clientId: text('Id of the client that you have registered there; needed to sign in').optional(),
    clientSecret: secret('Where its secret comes from; a public client has none').optional(),
    tenant: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9.-]*$/,
        'must be a directory id, a domain, common, organizations or consumers',
      )
      .describe('Microsoft: whose accounts; default common')
      .optional(),
    scope: text("What is asked for; default: the provider's scope for mail").optional(),
    redirectUri: z
      .string()
      .refine(
        (uri) => uri === 'oob' || isAddress(uri, 'https:') || isAddress(uri, 'http:'),
        'must be an address such as http://127.0.0.1:8123/, or oob',
      )
      .describe('The redirect address as registered, where the default is not right')
      .optional(),
    authorizationEndpoint: web('generic: where a browser asks the person').optional(),
    tokenEndpoint: web('generic: where tokens come from').optional(),
    deviceEndpoint: web('generic: where device codes come from').optional(),
    ca: text("generic: PEM file of the authorities to trust instead of the system's").optional(),
  })
  .describe('Signing in without a password; `mailkeep login` does it');

/** One account. */
export const accountShape: z.ZodType<RawAccount> = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9._-]{0,63}$/,
        'must be made of a-z, 0-9, ".", "_" and "-", and begin with a letter or digit',
      )
      .refine(
        (name) => name !== 'sent' && name !== 'failed',
        'must not be "sent" or "failed": the outbox has folders of these names',
      )
      .describe('Short name of the account; also the name of its outbox folder'),
    address: address('The mail address'),
    user: text('Login name; default: the address').optional(),
    password: secret('Where the password or authorization code comes from').optional(),
    oauth2: oauth2.optional(),
    receive: receive.nullable().describe('How mail is fetched; absent: it is not').optional(),
    send: send.nullable().describe('How mail is sent; absent: it is not').optional(),
    timeouts: z
      .strictObject({
        connect: duration('Until connected; default 30s').optional(),
        idle: duration('Longest wait for a byte; default 60s').optional(),
      })
      .describe('For both directions')
      .optional(),
  })
  .describe('One mail account');

/** The whole file. */
export const configShape: z.ZodType<RawConfig> = z
  .strictObject({
    data: text('Where mail is kept; default $STATE_DIRECTORY, else $XDG_DATA_HOME/mailkeep').optional(),
    outbox: text('The drop folder; default: outbox inside data').optional(),
    accounts: z.array(accountShape).describe('The mail accounts; with none, the archive stands by itself'),
    web: z
      .strictObject({
        listen: listen('HOST:PORT of the page'),
        password: secret(
          'Required unless it listens on loopback only; there it lets in other users of the machine',
        ).optional(),
        address: text('Where a proxy with TLS shows the page, such as https://mail.example.org')
          .refine(
            (at) =>
              URL.canParse(at) &&
              /^https?:$/.test(new URL(at).protocol) &&
              new URL(at).href === `${new URL(at).origin}/`,
            'must be https:// and a host, without a path',
          )
          .optional(),
      })
      .describe('The page; absent: off')
      .optional(),
    metrics: z
      .strictObject({ listen: listen('HOST:PORT of the figures') })
      .describe('Prometheus text; absent: off')
      .optional(),
    alerts: z
      .strictObject({
        staleAfter: duration('Longest time without a good sync; default 24h').optional(),
        command: argv('Program that gets each alert as JSON on its standard input').optional(),
        mail: address('Who is told by mail').optional(),
      })
      .describe('Who is told when something is wrong')
      .optional(),
    verify: z
      .strictObject({
        subset: cronOrNever('When a 28th of the stored files is re-hashed; default 0 3 * * *').optional(),
        server: cronOrNever('When each account is proved to be complete; default 0 4 * * 0').optional(),
      })
      .describe('What the service checks by itself')
      .optional(),
    log: z
      .strictObject({
        level: z.enum(['error', 'warn', 'info', 'debug']).describe('Default: info').optional(),
        format: z.enum(['auto', 'text', 'json']).describe('Default: auto').optional(),
        file: text('A file that gets all of it too; begun anew at SIGUSR1, for logrotate').optional(),
      })
      .describe('What is logged, and how')
      .optional(),
  })
  .describe('Configuration of mailkeep');
