// A process that logs in once with the account of its arguments, keys and data directory, and prints the token as JSON, or
// what kept it from having one.
import { writeSync } from 'node:fs';
import { MailError } from '../../src/model/error.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import type { Keys } from '../support/authorization-server.ts';
import { oauth2Account } from '../support/signed-in.ts';

const [keys = '', data = ''] = process.argv.slice(2);
const account = oauth2Account({ keys: JSON.parse(keys) as Keys }, data, systemClock);
try {
  const credentials = await account.login();
  say({ token: 'token' in credentials ? credentials.token : null });
} catch (thrown) {
  if (!(thrown instanceof MailError)) throw thrown;
  say({ kind: thrown.kind, retry: thrown.retry, message: thrown.message });
}

function say(value: object): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}
