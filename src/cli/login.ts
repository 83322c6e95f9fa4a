// `mailkeep login ACCOUNT`: a person signs in by OAuth2, by a code on any device or in a browser, and the tokens are stored;
// from then on they are renewed without anybody. It says what to do, how long there is for it, and what happens afterwards.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { MailError } from '../model/error.ts';
import { signIn } from '../oauth2/sign-in.ts';
import type { Person, Task } from '../oauth2/sign-in.ts';
import type { SigningIn } from '../oauth2/token-login.ts';
import type { Tokens } from '../oauth2/tokens.ts';
import { isRoot } from '../runtime/owner.ts';
import { createProgress } from '../runtime/progress.ts';
import type { Progress } from '../runtime/progress.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { languageOf } from './locale.ts';
import { loginWords, type LoginWords } from './login-words.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { safeText } from './terminal-text.ts';

interface Options {
  /** False: --no-browser. */
  readonly browser: boolean;
}

/** Adds `login`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('login')
    .argument('<account>', 'name of an account with oauth2')
    .description('sign in at the provider of an account that uses OAuth2')
    .option('--no-browser', 'open no browser here: sign in by a code, or in a browser on another machine')
    .addHelpText('after', example('mailkeep login outlook', 'mailkeep login gmail --no-browser'))
    .action((name: string, options: Options) => login(frame, name, options));
}

async function login(frame: Frame, name: string, options: Options): Promise<void> {
  const { data } = await frame.config();
  const [account] = await frame.accounts([name]);
  if (account?.oauth2 === undefined) throw byPassword(name);
  const who: SigningIn = { name, user: account.user, oauth2: account.oauth2 };
  refuseForeigner(data, name);
  const stop = stopSignal();
  const progress = createProgress({ silent: frame.quiet || frame.json });
  try {
    const person = personAt(frame, who, progress, options.browser && hasBrowser(frame));
    tell(frame, who, await signIn(who, data, person, systemClock, stop.signal), progress);
  } finally {
    progress.end();
    stop.release();
  }
}

function byPassword(name: string): MailError {
  return new MailError({
    kind: 'usage',
    retry: 'never',
    message: `account "${name}" signs in with a password, and needs no login`,
    hint: 'Write oauth2: { provider: google | microsoft | yahoo | generic, clientId: … } in place of its password',
    cause: new Error('no oauth2'),
  });
}

/** The user, another than root, to whom `data` belongs where this process is root's: what root writes there, that user cannot read. */
export function foreignOwner(data: string): number | undefined {
  const owner = statSync(data, { throwIfNoEntry: false })?.uid ?? 0;
  return isRoot() && owner !== 0 ? owner : undefined;
}

function refuseForeigner(data: string, name: string): void {
  const owner = foreignOwner(data);
  if (owner === undefined) return;
  throw new MailError({
    kind: 'usage',
    retry: 'never',
    message: `${data} belongs to another user, who could not read tokens that ${userInfo().username} stores there`,
    hint: `Run it as that user: sudo -u '#${owner}' mailkeep login ${name}`,
    cause: new Error(`the owner is ${owner}`),
  });
}

/** A desktop at hand; over SSH its browser would open where nobody sits. */
function hasBrowser({ around: { env } }: Frame): boolean {
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']) && !env['SSH_CONNECTION'];
}

function personAt(
  frame: Frame,
  { name, user, oauth2 }: SigningIn,
  progress: Progress,
  browser: boolean,
): Person {
  // With --json the answer alone goes to stdout; what is to be done must be seen all the same.
  const say = (line: string): void => (frame.json ? frame.say(line) : frame.print(safeText(line)));
  const words = loginWords[languageOf(frame.around.env)];
  let total = 0;
  return {
    browser,
    show: (task) => {
      total = Math.round(task.lifetime / 1000);
      say(words.signIn(name, oauth2.provider, user));
      for (const line of linesOf(task, words)) say(`  ${line}`);
      say(words.time(Math.round(total / 60)));
      if (task.way === 'browser') openBrowser(task.page, frame);
    },
    waiting: (gone) => progress.update(Math.round(gone / 1000), total, words.waiting),
    lines: (signal) => linesFrom(frame, signal),
    notThis: (bring) => say(bring === 'code' ? words.noCode : words.noAddress),
  };
}

function linesOf(task: Task, words: LoginWords): readonly string[] {
  const { page } = task;
  switch (task.way) {
    case 'device':
      return words.device(page, task.code);
    case 'browser':
      return words.browser(page);
    case 'copy':
      return words.copy(page, task.bring);
  }
}

function openBrowser(page: string, { around: { env } }: Frame): void {
  const child = spawn('xdg-open', [page], { stdio: 'ignore', detached: true, env });
  child.on('error', () => undefined); // the page is on the terminal as well
  child.unref();
}

async function* linesFrom({ stdin }: Frame, signal: AbortSignal): AsyncGenerator<string> {
  const lines = createInterface({ input: stdin, signal });
  try {
    yield* lines;
  } finally {
    lines.close();
  }
}

function tell(frame: Frame, { name, user, oauth2 }: SigningIn, tokens: Tokens, progress: Progress): void {
  progress.end();
  const renewable = tokens.refreshToken !== null;
  const expires = new Date(tokens.expires).toISOString();
  if (frame.json) {
    frame.document({ ok: true, account: name, user, provider: oauth2.provider, renewable, expires });
    return;
  }
  const mailkeep = `mailkeep${frame.configPath === undefined ? '' : ` --config ${frame.configPath}`}`;
  const words = loginWords[languageOf(frame.around.env)];
  const lines = [
    words.signedIn(oauth2.provider, user),
    '',
    words.now,
    `  ${renewable ? words.renewed : words.notRenewed(oauth2.provider, expires)}`,
    `  ${words.goesOn}`,
    `  ${mailkeep} check ${name}   ${words.tests}`,
    `  ${mailkeep} sync ${name}    ${words.fetches}`,
  ];
  if (!frame.quiet) for (const line of lines) frame.print(safeText(line));
}
