// PURE: SRV records → servers (RFC 6186, and RFC 8314 §5.1 for submissions). TLS from the first octet is preferred to STARTTLS
// where a domain offers both; where a record says ".", the domain has no such server.
import type { FoundServer, Found } from './found.ts';
import { isHost } from './found.ts';

/** A record, as node:dns gives it. */
export interface Srv {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The services asked for, best first. */
const SERVICES = {
  imap: [
    ['_imaps._tcp', 'implicit'],
    ['_imap._tcp', 'starttls'],
  ],
  pop3: [
    ['_pop3s._tcp', 'implicit'],
    ['_pop3._tcp', 'starttls'],
  ],
  smtp: [
    ['_submissions._tcp', 'implicit'],
    ['_submission._tcp', 'starttls'],
  ],
} as const;

/** The names to ask for below a domain. */
export const SRV_NAMES: readonly string[] = Object.values(SERVICES).flatMap((services) =>
  services.map(([name]) => name),
);

/** The servers in the answers, each by its name. */
export function fromSrv(answers: ReadonlyMap<string, readonly Srv[]>): Found {
  const server = (kind: keyof typeof SERVICES): FoundServer | undefined => {
    for (const [name, tls] of SERVICES[kind]) {
      const record = best(answers.get(name) ?? []);
      if (record !== undefined) return { host: record.name.toLowerCase(), port: record.port, tls };
    }
    return undefined;
  };
  const [imap, pop3, smtp] = [server('imap'), server('pop3'), server('smtp')];
  return { ...(imap && { imap }), ...(pop3 && { pop3 }), ...(smtp && { smtp }) };
}

/** RFC 2782: the lowest priority first; among equals the heaviest, for one configuration needs no spreading of load. */
function best(records: readonly Srv[]): Srv | undefined {
  return records
    .map((record) => ({ ...record, name: record.name.replace(/\.$/, '') }))
    .filter(({ name, port }) => isHost(name) && port > 0 && port <= 65_535)
    .toSorted((a, b) => a.priority - b.priority || b.weight - a.weight)[0];
}
