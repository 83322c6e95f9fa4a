// PURE: addresses whose domains have two forms → both of them: who looks for 例子.测试 finds xn--fsqu00a.xn--0zwm56d, and the other
// way round. For the search only; what a mail says is shown as it says it.
import { domainToASCII, domainToUnicode } from 'node:url';

const ADDRESS = /([^\s<>,;:"()@]{0,64})@([^\s<>,;:"()@]{1,253})/g;

/** Readable addresses, followed by those of them whose domain is written otherwise, in its other form. */
export function withDomainForms(addresses: string): string {
  if (!/xn--|[^\x00-\x7f]/i.test(addresses)) return addresses;
  const others = Array.from(addresses.matchAll(ADDRESS), ([, local = '', domain = '']) => {
    const other = /[^\x00-\x7f]/.test(domain) ? domainToASCII(domain) : domainToUnicode(domain);
    return other === '' || other === domain.toLowerCase() ? '' : `${local}@${other}`;
  }).filter((other) => other !== '');
  return [addresses, ...new Set(others)].join(', ');
}
