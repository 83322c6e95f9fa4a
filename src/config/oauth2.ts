// `oauth2:` of an account → who issues its tokens and as which client: what is known of a provider stands here as data, the
// rest comes from the person, who registers a client of their own; none is shipped.
import type { OAuth2 } from '../model/oauth2.ts';
import { registeringAt } from './registering.ts';
import { expand } from './places.ts';
import type { Surroundings } from './places.ts';
import type { KnownProvider } from './preset.ts';
import type { Path } from './problems.ts';
import { secretFrom } from './secrets.ts';
import type { RawOAuth2 } from './raw.ts';

/** What is known of a provider; `clientId`, `clientSecret` and `ca` are the person's. */
type Known = Omit<OAuth2, 'clientId' | 'clientSecret' | 'ca'>;

const microsoft = (tenant: string): Known => {
  const at = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0`;
  return {
    provider: 'Microsoft',
    authorizationEndpoint: `${at}/authorize`,
    tokenEndpoint: `${at}/token`,
    deviceEndpoint: `${at}/devicecode`,
    scope: [
      'https://outlook.office.com/IMAP.AccessAsUser.All',
      'https://outlook.office.com/POP.AccessAsUser.All',
      'https://outlook.office.com/SMTP.Send',
      'offline_access',
    ].join(' '),
    // Any port is right for localhost, but not for 127.0.0.1.
    redirect: 'http://localhost/',
    parameters: { prompt: 'select_account' },
    registering: registeringAt('microsoft').en,
    ending: 'Microsoft ends a sign-in that was not used for 90 days, and after a change of the password',
  };
};

const GOOGLE: Known = {
  provider: 'Google',
  authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenEndpoint: 'https://oauth2.googleapis.com/token',
  // Google has device codes, but none that may read mail.
  deviceEndpoint: undefined,
  scope: 'https://mail.google.com/',
  redirect: 'http://127.0.0.1/',
  // Without these a second sign-in brings no refresh token.
  parameters: { access_type: 'offline', prompt: 'consent' },
  registering: registeringAt('google').en,
  ending:
    'Google ends a sign-in after 7 days while the app\'s publishing status is "Testing", and after a change of the password',
};

const YAHOO: Known = {
  provider: 'Yahoo',
  authorizationEndpoint: 'https://api.login.yahoo.com/oauth2/request_auth',
  tokenEndpoint: 'https://api.login.yahoo.com/oauth2/get_token',
  deviceEndpoint: undefined,
  scope: 'mail-w',
  // Yahoo sends no browser to an http: address; it shows a code instead.
  redirect: 'oob',
  parameters: {},
  registering: registeringAt('yahoo').en,
  ending: undefined,
};

/** What `resolveOAuth2` is told beside the key itself. */
interface Where {
  /** The name of the account. */
  readonly name: string;
  readonly base: string;
  readonly around: Surroundings;
  /** Where `oauth2` stands. */
  readonly at: Path;
  readonly report: (where: Path, text: string) => void;
}

/** The client and its provider, or undefined where something was reported. */
export function resolveOAuth2(raw: RawOAuth2, where: Where): OAuth2 | undefined {
  const { name, base, around } = where;
  const known = raw.provider === 'generic' ? generic(raw, where) : preset(raw, raw.provider, where);
  if (known === undefined) return undefined;
  return {
    ...known,
    scope: raw.scope ?? known.scope,
    redirect: raw.redirectUri ?? known.redirect,
    clientId: raw.clientId,
    clientSecret:
      raw.clientSecret === undefined
        ? undefined
        : secretFrom(raw.clientSecret, `oauth2.clientSecret of account "${name}"`, base, around),
    ca: raw.ca === undefined ? undefined : expand(raw.ca, base, around),
  };
}

function knownAs(provider: KnownProvider, tenant: string): Known {
  if (provider === 'microsoft') return microsoft(tenant);
  return provider === 'google' ? GOOGLE : YAHOO;
}

const ENDPOINTS = ['authorizationEndpoint', 'tokenEndpoint', 'deviceEndpoint'] as const;

function preset(raw: RawOAuth2, provider: KnownProvider, { at, report }: Where): Known | undefined {
  const surplus = [...ENDPOINTS, 'ca' as const].filter((key) => raw[key] !== undefined);
  if (raw.tenant !== undefined && raw.provider !== 'microsoft')
    report([...at, 'tenant'], 'is for provider: microsoft alone');
  for (const key of surplus)
    report([...at, key], `is for provider: generic; that of ${raw.provider} is known`);
  if (surplus.length > 0) return undefined;
  return knownAs(provider, raw.tenant ?? 'common');
}

function generic(raw: RawOAuth2, { at, report }: Where): Known | undefined {
  const { authorizationEndpoint, tokenEndpoint, deviceEndpoint } = raw;
  if (raw.tenant !== undefined) report([...at, 'tenant'], 'is for provider: microsoft alone');
  if (tokenEndpoint === undefined) report([...at, 'tokenEndpoint'], 'is missing; provider: generic needs it');
  if (authorizationEndpoint === undefined && deviceEndpoint === undefined)
    report(
      [...at, 'authorizationEndpoint'],
      'is missing; provider: generic needs it, or deviceEndpoint, or both',
    );
  if (tokenEndpoint === undefined || (authorizationEndpoint ?? deviceEndpoint) === undefined)
    return undefined;
  return {
    provider: new URL(tokenEndpoint).hostname,
    authorizationEndpoint,
    tokenEndpoint,
    deviceEndpoint,
    scope: '',
    redirect: 'http://127.0.0.1/',
    parameters: {},
    registering:
      'register a public client with the redirect address http://127.0.0.1/ at your provider, and write its id to oauth2.clientId',
  };
}
