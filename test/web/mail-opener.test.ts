import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Uid, UidValidity } from '../../src/model/ids.ts';
import { Reader } from '../../src/read/reader.ts';
import type { Hit } from '../../src/search/hit.ts';
import { MailOpener } from '../../src/web/mail-opener.ts';
import { openHouse } from '../index/archive.ts';
import { sampleNamed } from '../messages/samples.ts';
import { temporaryDirectory } from '../support/temporary.ts';

/** A million lines: seconds for the library that takes mails apart. */
const LONG = Buffer.from(`Content-Type: text/plain; format=flowed\r\n\r\n${'a \r\n'.repeat(1_000_000)}`);
/** A mail within a mail, and its own parts, which some readers list in its place. */
const within = (names: readonly string[]): Buffer =>
  Buffer.from(
    [
      'From: a@x.test\nContent-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: message/rfc822\n',
      'From: b@x.test\nContent-Type: multipart/mixed; boundary=in\n',
      ...names.map(
        (name) =>
          `--in\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=${name}\n\n%PDF-1.4\n`,
      ),
      '--in--\n--out--\n',
    ]
      .join('\n')
      .replaceAll('\n', '\r\n'),
  );
/** Milliseconds, and a second more for each megabyte that the index tells. */
const PATIENCE = 20;

describe('mails opened in a thread of their own', async () => {
  const data = join(temporaryDirectory({ after }), 'data');
  const house = await openHouse({ after }, data);
  const octets = [
    LONG,
    sampleNamed('invoice-html').bytes,
    within(['one.pdf']),
    within(['one.pdf', 'two.pdf']),
  ];
  const kept = await house.keeper.keep(
    'qq',
    octets.map((bytes, index) => {
      const incoming = house.archive.incoming();
      incoming.write(bytes);
      const location = { folder: 'INBOX', validity: 1 as UidValidity, uid: (index + 1) as Uid };
      return { incoming, location, received: Date.UTC(2026, 0, 1), flags: [] };
    }),
  );
  await house.close();
  const reader = new Reader(data);
  after(() => reader.close());
  const hits = await Promise.all(kept.map(({ id }) => reader.ask('message', id)));
  const [long, short, ...nested] = hits as [Hit, Hit, Hit, Hit];
  const hasNoTime = { ...long, size: 0 };
  const letter = { ...short, size: 60_000_000 };
  const mails = new MailOpener(data, PATIENCE);
  after(() => mails.close());

  it('cost what they cost there: one that takes too long is given up, and the next is opened', async () => {
    const refused = assert.rejects(mails.parts(hasNoTime), { kind: 'message', message: /takes too long/ });
    const body = mails.body(letter, false);
    await refused;
    assert.match((await body)?.html ?? '', /^<!doctype html>/);
  });

  it('give their body once, for the page that counts and for the frame that shows it', async () => {
    assert.equal(mails.body(letter, false), mails.body(letter, false));
    assert.notEqual(mails.body(letter, true), mails.body(letter, false));
  });

  it('name an attachment only by what stands in its place, and leave its octets there', async () => {
    for (const hit of nested) {
      const { attachments } = await mails.message({ ...hit, size: 60_000_000 });
      assert.deepEqual(
        attachments.map((one) => [Object.keys(one), one.name, one.type]),
        [[['name', 'type', 'size'], '', 'message/rfc822']],
      );
    }
  });

  it('say why they cannot be taken apart', async () => {
    await assert.rejects(mails.parts({ ...letter, size: 1e9 }), { kind: 'message', message: /too large/ });
    await assert.rejects(mails.parts({ ...letter, path: '../../etc/passwd' }), /not the path of a message/);
  });

  it('are refused once the page is closed', async () => {
    const closing = new MailOpener(data, PATIENCE);
    const asked = closing.parts(letter);
    await Promise.all([assert.rejects(asked, { kind: 'message' }), closing.close()]);
    await assert.rejects(closing.parts(letter), /is closed/);
  });
});
