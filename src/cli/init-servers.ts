// The servers of an address, before a person is asked for them: a preset by its domain, else what the domain itself tells. A
// word that anybody may have put there is shown and asked about, and where nobody is to be asked it is not taken.
import { domainToASCII } from 'node:url';
import { confirm, log } from '@clack/prompts';
import { presetFor, presetOfMx } from '../config/presets.ts';
import type { Preset } from '../config/preset.ts';
import { discover } from '../discover/discover.ts';
import type { Discovery } from '../discover/discover.ts';
import { isAtHome } from '../discover/found.ts';
import type { Found, FoundServer } from '../discover/found.ts';
import { answered, info } from './init-asking.ts';
import type { Asking } from './init-asking.ts';
import { MailError } from '../model/error.ts';
import type { InitTexts } from './init-texts.ts';

/** What is known of an address's servers. */
interface Servers {
  /** The provider, where it is a known one. */
  readonly preset: Preset | undefined;
  /** Servers that must stand in the configuration; what is missing comes from the preset of the domain, or is asked. */
  readonly servers: Found;
}

/** One thing that was found. */
interface Offer extends Servers {
  readonly told: string;
  /** Nobody has to be asked. */
  readonly sure: boolean;
}

/** The servers of `address`, empty where nobody knows them. It asks the network only where no preset and no flag tells. */
export async function serversOf(asking: Asking, address: string): Promise<Servers> {
  const { flags, texts, ask, quietly } = asking;
  const preset = presetFor(address);
  const none: Servers = { preset, servers: {} };
  const given = flags.imapHost ?? flags.pop3Host;
  if (preset !== undefined || flags.offline === true || given !== undefined) return none;
  const domain = address.slice(address.lastIndexOf('@') + 1);
  if (ask) log.step(texts.looking(domain));
  const offer = best(await quietly(() => discover(address)), domain, texts);
  if (!ask && offer?.sure === false) throw unproved(domain, offer.servers);
  if (!ask) return offer ?? none;
  if (offer === undefined) info(asking, texts.foundNothing);
  else {
    log.info([offer.told, ...lines(offer.servers)].join('\n'));
    const { useThem: message, yes: active, no: inactive } = texts;
    if (answered(await confirm({ message, active, inactive }))) return offer;
  }
  return none;
}

function best({ file, mx, srv }: Discovery, domain: string, texts: InitTexts): Offer | undefined {
  if (receives(file)) return { preset: undefined, servers: file, told: texts.told.file, sure: true };
  const preset = presetOfMx(mx);
  if (preset !== undefined) {
    const { imap, pop3, smtp } = preset;
    const servers = { imap, ...(pop3 && { pop3 }), smtp };
    // Whoever forges this cannot choose the server, but can have the password sent to a provider that it is not meant for.
    return { preset, servers, told: texts.told.mx(preset.provider), sure: false };
  }
  if (!receives(srv)) return undefined;
  const home = domainToASCII(domain);
  const sure = Object.values(srv).every((server: FoundServer) => isAtHome(server.host, home));
  return { preset: undefined, servers: srv, told: texts.told.srv, sure };
}

function unproved(domain: string, { imap, pop3, smtp }: Found): MailError {
  // --pop3-host asks for POP3.
  const servers = { ...(imap === undefined ? { pop3 } : { imap }), ...(smtp && { smtp }) };
  const flags = Object.entries(servers as Readonly<Record<string, FoundServer>>).map(
    ([kind, { host, port, tls }]) => `--${kind}-host ${host} --${kind}-port ${port} --${kind}-tls ${tls}`,
  );
  return new MailError({
    kind: 'usage',
    message: `the DNS of ${domain} leads to servers of another domain, which anybody may have put there`,
    retry: 'never',
    hint: `If they are the right ones: ${flags.join(' ')}`,
  });
}

function receives({ imap, pop3 }: Found): boolean {
  return imap !== undefined || pop3 !== undefined;
}

function lines(servers: Found): string[] {
  return Object.entries(servers as Readonly<Record<string, FoundServer>>).map(
    ([kind, { host, port, tls }]) => `  ${kind.toUpperCase().padEnd(5)} ${host}:${port} (${tls})`,
  );
}
