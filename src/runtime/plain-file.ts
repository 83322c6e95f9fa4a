// What is opened under a name of ours must be a file: a pipe would be waited for without end, a device read without end.
import { statSync } from 'node:fs';
import { MailError } from '../model/error.ts';

/** Call it before `path` is opened. Nothing there is well. Throws MailError `storage`, retry `never`, where something else is. */
export function mustBeFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  throw new MailError({
    kind: 'storage',
    retry: 'never',
    message: `${path} is no file`,
    hint: 'Move away what stands there: mailkeep makes its own.',
  });
}
