// What `assert.rejects` and `assert.throws` are handed where a MailError is due.
import assert from 'node:assert/strict';
import { MailError, type MailErrorKind, type Retry } from '../../src/model/error.ts';

/** True for a MailError of this kind and retry whose message matches and which has a cause; fails with what differs. */
export function isMailError(kind: MailErrorKind, retry: Retry, message: RegExp): (thrown: unknown) => true {
  return (thrown) => {
    assert.ok(thrown instanceof MailError, `a MailError was due, but this came: ${String(thrown)}`);
    assert.deepEqual([thrown.kind, thrown.retry], [kind, retry], thrown.message);
    assert.match(thrown.message, message);
    assert.ok(thrown.cause !== undefined, 'its cause is set');
    return true;
  };
}
