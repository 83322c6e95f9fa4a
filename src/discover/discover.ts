// A domain → its mail servers: its own configuration file (as Thunderbird looks for it), its SRV records (RFC 6186), and the
// server that takes its mail in, which tells a known provider. All are asked at once, within one time limit, and nobody else is:
// the address goes to its own domain only.
import { Resolver } from 'node:dns/promises';
import { domainToASCII } from 'node:url';
import { autoconfig } from './autoconfig.ts';
import type { Found } from './found.ts';
import { fetched, type Reaching } from './https.ts';
import { fromSrv, SRV_NAMES, type Srv } from './srv.ts';

/** Milliseconds for all of it. */
const LIMIT = 10_000;

/** What was found, the best first. */
export interface Discovery {
  /** Its file: over HTTPS from the domain itself, so it is the domain's word. */
  readonly file: Found;
  /** Its DNS: nobody has signed that. */
  readonly srv: Found;
  /** Hosts that take the domain's mail in, the first choice first; lower case. */
  readonly mx: readonly string[];
}

/** How the network is asked; the machine's own ways where nothing is said. */
export interface Asking extends Reaching {
  readonly resolver?: Resolver;
  /** Milliseconds; default 10 s. */
  readonly limit?: number;
}

/** Looks for the servers of `address`. Resolves after `limit` at the latest with what is there then; never rejects. */
export async function discover(address: string, asking: Asking = {}): Promise<Discovery> {
  const { resolver = new Resolver({ timeout: 3000, tries: 2 }), limit = LIMIT, ...reaching } = asking;
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1));
  const none: Discovery = { file: {}, srv: {}, mx: [] };
  if (domain === '') return none;
  const signal = AbortSignal.timeout(limit);
  const found = { ...none };
  const all = Promise.all([
    fileOf(domain, address, signal, reaching).then((file) => Object.assign(found, { file })),
    srvOf(domain, resolver).then((srv) => Object.assign(found, { srv })),
    mxOf(domain, resolver).then((mx) => Object.assign(found, { mx })),
  ]);
  const late = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  await Promise.race([all, late]);
  resolver.cancel();
  return { ...found };
}

/** Both places at once; the first in this order counts. */
async function fileOf(
  domain: string,
  address: string,
  signal: AbortSignal,
  reaching: Reaching,
): Promise<Found> {
  const query = `emailaddress=${encodeURIComponent(address)}`;
  const places = [
    `https://autoconfig.${domain}/mail/config-v1.1.xml?${query}`,
    `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
  ];
  const files = await Promise.all(places.map((place) => fetched(new URL(place), signal, reaching)));
  const found = files.map((file) => (file === undefined ? {} : autoconfig(file, address)));
  return found.find((one) => Object.keys(one).length > 0) ?? {};
}

async function srvOf(domain: string, resolver: Resolver): Promise<Found> {
  const answers = await Promise.all(
    SRV_NAMES.map(async (name): Promise<[string, Srv[]]> => {
      return [name, await resolver.resolveSrv(`${name}.${domain}`).catch(() => [])];
    }),
  );
  return fromSrv(new Map(answers));
}

async function mxOf(domain: string, resolver: Resolver): Promise<string[]> {
  const records = await resolver.resolveMx(domain).catch(() => []);
  return records
    .toSorted((a, b) => a.priority - b.priority)
    .map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ''));
}
