// What becomes of the copy of a sent message, decided from what is known; and which folder it belongs in.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WireName } from '../../src/model/ids.ts';
import type { Folder } from '../../src/model/mailbox.ts';
import { newSentFolder, sentFolder } from '../../src/outbox/sent-folder.ts';
import { copyRetry, copyStep, type Copy, type CopyStep, type Habits } from '../../src/outbox/sent-plan.ts';

const SENT = 1_000_000_000_000;
const SECOND = 1000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const COPY: Copy = { date: SENT, looks: 0, tries: 0, failures: 0 };
const HABITS: Habits = { policy: 'auto', mailbox: true, provider: false, learnt: null };

/** A step in one word, with the time to wait in seconds. */
function told(step: CopyStep): string {
  if (step.do === 'end') return step.end;
  if (step.do === 'wait') return `wait ${(step.until - SENT) / SECOND}`;
  return step.do === 'look' && step.file ? 'look, file' : step.do;
}

describe('the copy of a sent message', () => {
  const files = { files: true, seen: SENT - DAY };
  const leaves = { files: false, seen: SENT - DAY };
  const rows: readonly [string, Partial<Copy>, Partial<Habits>, seconds: number, string][] = [
    ['never', {}, { policy: 'never' }, 0, 'none'],
    ['no mailbox', {}, { mailbox: false }, 0, 'none'],
    ['no mailbox, always', {}, { mailbox: false, policy: 'always' }, 0, 'none'],
    ['a provider that files', {}, { provider: true }, 0, 'found'],
    ['a provider that files, always', {}, { provider: true, policy: 'always' }, 0, 'file'],
    ['a server that was seen to file', {}, { learnt: files }, 0, 'found'],
    [
      'one that was seen to file a month ago',
      {},
      { learnt: { files: true, seen: SENT - 31 * DAY } },
      6,
      'look',
    ],
    ['one that does not', {}, { learnt: leaves }, 0, 'wait 5'],
    ['one that does not, a moment later', {}, { learnt: leaves }, 5, 'look, file'],
    ['one that did not a month ago', {}, { learnt: { files: false, seen: SENT - 31 * DAY } }, 6, 'look'],
    ['nothing known', {}, {}, 0, 'wait 5'],
    ['nothing known, first look', {}, {}, 5, 'look'],
    ['nothing known, second wait', { looks: 1 }, {}, 6, 'wait 20'],
    ['nothing known, second look', { looks: 1 }, {}, 20, 'look'],
    ['nothing known, third wait', { looks: 2 }, {}, 21, 'wait 60'],
    ['nothing known, last look', { looks: 2 }, {}, 60, 'look, file'],
    ['nothing known, more looks than there are', { looks: 9 }, {}, 60, 'look, file'],
    ['always', {}, { policy: 'always' }, 0, 'file'],
    ['always, after a try', { tries: 1 }, { policy: 'always' }, 0, 'look, file'],
    ['auto, after a try', { tries: 1 }, { learnt: files }, 0, 'look, file'],
    ['a clock that was set back an hour', {}, {}, -3600, 'look'],
  ];
  for (const [name, copy, habits, seconds, step] of rows)
    it(`${name}: ${step}`, () => {
      const now = SENT + seconds * SECOND;
      assert.equal(told(copyStep({ ...COPY, ...copy }, { ...HABITS, ...habits }, now)), step);
    });

  it('is tried again ever later, and given up after three days', () => {
    const minutes = [1, 2, 3, 4, 5, 99].map(
      (failures) => ((copyRetry(COPY, failures, SENT, 0.5) ?? 0) - SENT) / MINUTE,
    );
    assert.deepEqual(minutes, [1, 5, 15, 60, 240, 240]);
    assert.equal(copyRetry(COPY, 1, SENT, 0.5, 3_600_000), SENT + 3_600_000, 'the server names its own time');
    assert.ok(copyRetry(COPY, 30, SENT + 3 * DAY - 1, 0) !== null);
    assert.equal(copyRetry(COPY, 1, SENT + 3 * DAY, 0), null);
  });
});

describe('the Sent folder', () => {
  const folder = (
    name: string,
    attributes: readonly string[] = [],
    delimiter: string | null = '/',
  ): Folder => ({
    wire: name as WireName,
    name,
    delimiter,
    attributes,
  });
  const rows: readonly [string, readonly Folder[], string | null][] = [
    ['that says so', [folder('Sent'), folder('Ausgang', ['\\HasNoChildren', '\\sent'])], 'Ausgang'],
    ['by a name', [folder('INBOX'), folder('Sent Messages')], 'Sent Messages'],
    ['by a Chinese name', [folder('INBOX'), folder('已发送'), folder('草稿箱')], '已发送'],
    ['below INBOX', [folder('INBOX', [], '.'), folder('INBOX.Sent', [], '.')], 'INBOX.Sent'],
    ['rather than one of a project', [folder('Work/Sent'), folder('Sent Items')], 'Sent Items'],
    ['that can be opened', [folder('Sent', ['\\Noselect']), folder('sent-mail')], 'sent-mail'],
    ['of several the usual one', [folder('Enviados'), folder('Sent')], 'Sent'],
    ['without a hierarchy', [folder('Sent Items', [], null)], 'Sent Items'],
    ['is none', [folder('INBOX'), folder('Absent'), folder('Sentinel'), folder('Unsent')], null],
  ];
  for (const [name, folders, wanted] of rows)
    it(`${name}: ${wanted ?? 'none'}`, () => assert.equal(sentFolder(folders)?.name ?? null, wanted));

  it('is made where the others are', () => {
    assert.equal(newSentFolder([folder('INBOX'), folder('Work')]), 'Sent');
    assert.equal(newSentFolder([folder('INBOX')]), 'Sent');
    assert.equal(newSentFolder([folder('INBOX'), folder('INBOX.Work'), folder('INBOX.Junk')]), 'INBOX.Sent');
  });
});
