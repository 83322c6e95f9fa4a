// A login with the account's credentials. A token that the server refuses may only be too old: a fresher one is asked for,
// once. A refused password is never said again.
import type { Credentials, Login } from '../model/account.ts';
import { MailError } from '../model/error.ts';

/** Runs `attempt` with what `login` gives. Throws what either throws. */
export async function signingIn<T>(
  login: Login,
  attempt: (credentials: Credentials) => Promise<T>,
): Promise<T> {
  const credentials = await login();
  try {
    return await attempt(credentials);
  } catch (thrown) {
    const refused = thrown instanceof MailError && thrown.kind === 'auth';
    if (!refused || !('token' in credentials)) throw thrown;
    const fresher = await login(credentials);
    // It was issued a moment ago: there is nothing fresher, and the server means it.
    if ('token' in fresher && fresher.token === credentials.token) throw thrown;
    return await attempt(fresher);
  }
}
