// PURE: the configuration file that Thunderbird reads (config-v1.1.xml) → servers. Of each kind the first that is safe counts:
// what would log in in clear is left out, as if it were not there.
import { domainToASCII } from 'node:url';
import { parseDocument } from 'htmlparser2';
import type { FoundServer, Found } from './found.ts';
import { isHost } from './found.ts';

type Document = ReturnType<typeof parseDocument>;
type Node = Document['children'][number];
type Element = Extract<Node, { attribs: unknown }>;

const TLS: Readonly<Record<string, FoundServer['tls']>> = { SSL: 'implicit', STARTTLS: 'starttls' };

/** The servers that `xml` names for `address`; empty where it names none, or is something else. */
export function autoconfig(xml: string, address: string): Found {
  const document = parseDocument(xml, { xmlMode: true, decodeEntities: true });
  const provider = below(below(document.children, 'clientConfig')[0]?.children ?? [], 'emailProvider')[0];
  const incoming = below(provider?.children ?? [], 'incomingServer');
  const outgoing = below(provider?.children ?? [], 'outgoingServer');
  const [imap, pop3, smtp] = [
    first(incoming, 'imap', address),
    first(incoming, 'pop3', address),
    first(outgoing, 'smtp', address),
  ];
  return { ...(imap && { imap }), ...(pop3 && { pop3 }), ...(smtp && { smtp }) };
}

function first(servers: readonly Element[], type: string, address: string): FoundServer | undefined {
  for (const { attribs, children } of servers) {
    if (attribs['type'] !== type) continue;
    const said = (name: string, as = address): string => filled(textOf(below(children, name)[0]), as);
    const [host, port, tls] = [
      said('hostname', inDns(address)),
      said('port'),
      TLS[said('socketType').toUpperCase()],
    ];
    if (tls === undefined || !isHost(host) || !/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535) continue;
    const user = said('username');
    // Anything with a control character or a space in it is no login name.
    return { host, port: Number(port), tls, ...(/^[^\s\p{C}]+$/u.test(user) && { user }) };
  }
  return undefined;
}

/** The address with its domain as DNS and certificates have it. */
function inDns(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return address.slice(0, at) + domainToASCII(address.slice(at));
}

function below(nodes: readonly Node[], name: string): Element[] {
  return nodes.filter((node): node is Element => 'attribs' in node && node.name === name);
}

function textOf(element: Element | undefined): string {
  return (element?.children ?? [])
    .map((node) => ('data' in node ? node.data : ''))
    .join('')
    .trim();
}

function filled(text: string, address: string): string {
  const at = address.lastIndexOf('@');
  return text
    .replaceAll('%EMAILADDRESS%', address)
    .replaceAll('%EMAILLOCALPART%', address.slice(0, at))
    .replaceAll('%EMAILDOMAIN%', address.slice(at + 1));
}
