// Messages whose last line has no line end, as many programs write them: taken where their writer is done for certain, and sent
// with the line end that mail needs.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { accountAt, LI, message, PostOffice, provider } from './post-office.ts';

const MULTIPART = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n';
const PARTS = '--b\n\nhello\n--b--';

for (const [name, text] of [
  ['text', message(LI, '', 'no end')],
  ['text with a long line', message(LI, '', `${'x'.repeat(1200)} end`)],
  ['text beyond ASCII for a server without 8BITMIME', message(LI, '', '没有换行')],
  ['a multipart', message(LI, MULTIPART, PARTS)],
  ['a last line that is a dot', message(LI, '', 'a\n.')],
] as const) {
  test(`${name}, renamed into place, arrives with one`, async (t) => {
    const server = await provider(t);
    server.faults.withhold.add('8BITMIME');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', text);
    assert.equal((await office.settled()).sent, 1);
    const { bytes } = server.submissions[0] ?? { bytes: Buffer.alloc(0) };
    assert.match(bytes.toString('latin1'), /[^\r\n]\r\n$/);
    assert.equal(office.read('sent/x.eml'), bytes.toString('latin1'));
    assert.match(server.submissions[0]?.parameters.mail ?? '', new RegExp(`SIZE=${bytes.length}\\b`));
  });
}

test('a multipart that was copied is whole with its last boundary', async (t) => {
  const server = await provider(t);
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  writeFileSync(join(office.drop, 'x.eml'), message(LI, MULTIPART, PARTS));
  assert.equal((await office.settled()).sent, 1);
  assert.match(server.submissions[0]?.bytes.toString() ?? '', /hello\r\n--b--\r\n$/);
});

test('a text that was copied may be cut in the middle of a line: it is not sent', async (t) => {
  const server = await provider(t);
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  writeFileSync(join(office.drop, 'x.eml'), message(LI, '', 'Please pay 1'));
  await office.settled();
  assert.equal((await office.later(16 * 60_000)).failed, 1);
  assert.equal(server.submissions.length, 0);
  assert.match(office.read('failed/x.reason.txt'), /the last line has no\s+line end/);
});
