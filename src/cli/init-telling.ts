// What `init` says at its end: what was written where, whether the service runs, and what a person may type next.
import { outro } from '@clack/prompts';
import type { MailError } from '../model/error.ts';
import { explained, inColumns } from './explained.ts';
import { questionFor, takeIn } from './init-begin.ts';
import type { Service } from './init-service.ts';
import type { Store } from './init-store.ts';
import type { InitTexts } from './init-texts.ts';
import { foreignOwner } from './login.ts';
import { exitCodeOf, failureJson } from './output.ts';
import type { Frame } from './output.ts';
import { stepJson } from './steps.ts';
import type { Step } from './steps.ts';

/** What came of it. */
export interface Outcome {
  readonly path: string;
  /** Name of the account. */
  readonly account: string;
  /** It must sign in first. */
  readonly signsIn: boolean;
  readonly data: string;
  readonly outbox: string;
  readonly store: Store | undefined;
  readonly appended: boolean;
  readonly steps: readonly Step[];
  /** Where systemd was asked. */
  readonly service: Service | undefined;
  /** Someone wanted it started. */
  readonly begun: boolean;
  /** Why it was not. */
  readonly failure: MailError | undefined;
}

/** A configuration that the service of the machine reads, not a person's own. */
export function isOfTheMachine(path: string): boolean {
  return path.startsWith('/etc/');
}

/** Tells all of it, and what failed at the end. */
export function tell(outcome: Outcome, texts: InitTexts, ask: boolean, frame: Frame): void {
  const { path, store, appended, steps, signsIn, service, begun, failure } = outcome;
  if (frame.json) {
    frame.document(asJson(outcome));
    if (failure !== undefined) frame.exit(exitCodeOf(failure.kind));
    return;
  }
  const runs = begun && failure === undefined ? service : undefined;
  const lines = [
    `${appended ? texts.appended : texts.written} ${path}`,
    ...(store === undefined ? [] : [texts.keptIn[store.kind](store.place)]),
    ...(steps.length > 0 || signsIn ? [] : [texts.notTested]),
    ...(runs === undefined ? [] : [texts.runs(questionFor(runs.standing), !runs.lingers)]),
    '',
    texts.now,
    ...explained(next(outcome, texts, frame), frame),
    ...(isOfTheMachine(path) ? ['', ...inColumns(texts.page, frame)] : []),
  ];
  if (ask) outro(lines.shift() ?? '');
  // An empty line stands there already.
  if (ask && lines[0] === '') lines.shift();
  for (const line of lines) frame.print(line);
  if (failure !== undefined) frame.fail(failure);
}

function asJson({ path, account, store, steps, begun, failure }: Outcome): object {
  return {
    ok: failure === undefined,
    config: path,
    account,
    passwordStore: store?.kind ?? null,
    passwordFile: store?.kind === 'file' ? store.place : null,
    steps: steps.map(stepJson),
    ...(begun && { started: failure === undefined }),
    ...(failure && { error: failureJson(failure) }),
  };
}

function next(outcome: Outcome, texts: InitTexts, frame: Frame): [string, string][] {
  const { path, account, signsIn, data, outbox, store, appended, service, begun, failure } = outcome;
  const mailkeep = `mailkeep${frame.configPath === undefined ? '' : ` --config ${frame.configPath}`}`;
  const sealed = store?.kind === 'systemd';
  const runs = begun && failure === undefined;
  const running = service !== undefined && service.standing.runs !== 'no';
  const takesIn: [string, string][] = running
    ? [[`${service.systemctl} ${takeIn(service.standing, sealed).join(' ')}`, texts.takesIn]]
    : [];
  // A sealed password reaches a service that may be running only when it starts.
  const mayRun = service === undefined && appended;
  const start = `systemctl ${sealed && mayRun ? 'restart' : 'enable --now'} mailkeep`;
  const byHand: [string, string][] = [
    [`${mailkeep} sync`, texts.sync],
    [`${mailkeep} daemon`, texts.daemon(outbox)],
  ];
  const ofMachine: [string, string][] = running ? takesIn : [[start, texts.daemon(outbox)]];
  const ofPerson: [string, string][] = running
    ? takesIn
    : [['systemctl --user enable --now mailkeep', texts.service]];
  // By hand the files would be root's, and the service of the machine could not write them.
  const machine = isOfTheMachine(path);
  const login = `${machine && foreignOwner(data) !== undefined ? 'sudo -u mailkeep ' : ''}${mailkeep} login ${account}`;
  return [
    ...(signsIn ? [[login, texts.signIn] as [string, string]] : []),
    ...(runs ? [] : machine ? ofMachine : running ? [] : byHand),
    [`${mailkeep} status`, texts.status],
    [`${mailkeep} search 发票`, texts.search],
    ...(runs || machine ? [] : ofPerson),
    ...(service?.lingers === false ? [['loginctl enable-linger', texts.linger] as [string, string]] : []),
  ];
}
