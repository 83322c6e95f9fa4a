// Whether a request names this machine. A page somewhere in the world may give its own name our address (DNS rebinding) and
// have a browser ask us; the Host of such a request is that name, and is turned away.
import { isIPv4, isIPv6 } from 'node:net';

/**
 * True where `host`, the Host header, is an address, `localhost`, or one of `names`: an address cannot be rebound. The port does
 * not matter.
 */
export function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  const [, bracketed, bare] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host ?? '') ?? [];
  if (bracketed !== undefined) return isIPv6(bracketed);
  const name = bare?.toLowerCase() ?? '';
  return (
    isIPv4(name) || name === 'localhost' || (name !== '' && names.some((own) => own.toLowerCase() === name))
  );
}
