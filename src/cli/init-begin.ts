// PURE: what is to be done so that a service has a new account, from how systemd says that the service stands.

/** How systemd has the service. */
export interface Standing {
  /** `nearly`: it comes or goes, and may have read its configuration already. */
  readonly runs: 'yes' | 'no' | 'nearly';
  readonly enabled: boolean;
  /** It finds sealed passwords by their name (systemd 254); before, only the installation tells it of them. */
  readonly finds: boolean;
}

/** What `systemctl show` is asked for. */
export const PROPERTIES = 'LoadState,ActiveState,UnitFileState,ImportCredential';

/** What `systemctl show` answered; undefined where the unit is not installed, is masked, or nobody answered. */
export function standingOf(shown: string): Standing | undefined {
  const is = new Map(shown.split('\n').map((line) => halves(line)));
  if (is.get('LoadState') !== 'loaded') return undefined;
  const state = is.get('ActiveState') ?? '';
  return {
    runs: RUNS[state] ?? 'nearly',
    // The others cannot be enabled, and are started by something else.
    enabled: /^(enabled|static|alias|indirect|generated)/.test(is.get('UnitFileState') ?? ''),
    finds: (is.get('ImportCredential') ?? '') !== '',
  };
}

const RUNS: Readonly<Record<string, Standing['runs']>> = {
  active: 'yes',
  reloading: 'yes',
  inactive: 'no',
  failed: 'no',
};

function halves(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

/** What a person is asked: to start it, or, where it runs already as it should, that it takes the account in. */
export function questionFor({ runs, enabled }: Standing): 'start' | 'takeIn' {
  return runs === 'no' || !enabled ? 'start' : 'takeIn';
}

/** The commands of systemctl that do it; `sealed` is a new password that systemd keeps. */
export function commandsFor(standing: Standing, sealed: boolean): readonly (readonly string[])[] {
  const enable = questionFor(standing) === 'start' ? [['enable', '--now', 'mailkeep']] : [];
  return standing.runs === 'no' ? enable : [...enable, takeIn(standing, sealed)];
}

/** How one that runs comes to the account. A sealed password reaches a service only when it starts. */
export function takeIn({ runs }: Standing, sealed: boolean): readonly string[] {
  return [sealed || runs === 'nearly' ? 'restart' : 'reload', 'mailkeep'];
}
