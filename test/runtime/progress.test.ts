// Progress: a bar for a person, few lines for a file, nothing for nobody.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { it } from 'node:test';
import { createProgress, type Progress } from '../../src/runtime/progress.ts';
import { FakeClock } from '../support/fake-clock.ts';

const text = (from: PassThrough): string => String(from.read() ?? '');

it('silent, nothing is written', () => {
  const to = Object.assign(new PassThrough(), { isTTY: true });
  const progress = createProgress({ silent: true, to });
  progress.update(1, 2, 'x');
  progress.line('y');
  progress.end();
  assert.equal(text(to), '');
});

it('without a terminal there is a line each five seconds, and one at the end', async () => {
  const to = new PassThrough();
  const clock = new FakeClock();
  const progress = createProgress({ to, clock });
  for (let second = 1; second <= 11; second++) {
    progress.update(second, 20, 'INBOX');
    await clock.wind(1000);
  }
  progress.update(12, 0, 'Sent\r\n\x1b[2Jx');
  progress.line('a line\nof its own');
  progress.end();
  progress.end();
  assert.equal(text(to), '30 %: 6 of 20 INBOX\n55 %: 11 of 20 INBOX\na line of its own\n12 Sent [2Jx\n');
});

it('short work says nothing', () => {
  const to = new PassThrough();
  const progress = createProgress({ to, clock: new FakeClock() });
  progress.update(1, 2, 'x');
  progress.end();
  assert.equal(text(to), '');
});

/** What stays on a terminal of one line at a time. */
function screen(output: string): string[] {
  return output.split('\n').map(
    (line) =>
      line
        .split('\x1b[1G')
        .at(-1)
        ?.replace(/\x1b(?:\[[0-9;?]*[A-Za-z]|[78])/g, '') ?? '',
  );
}

function onTerminal(work: (progress: Progress) => void): string {
  const to = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
  const progress = createProgress({ to });
  work(progress);
  progress.end();
  return text(to);
}

it('on a terminal there is a bar with the text, which is gone at the end', () => {
  const output = onTerminal((progress) => progress.update(5, 20, `qq 收件箱\n\x1b[2J${'x'.repeat(200)}`));
  assert.match(output, /█{6}░{18} 25 % \| 5 of 20 \| .* \| qq 收件箱 \[2Jx{1,20}…/);
  assert.deepEqual(screen(output), ['']);
  assert.doesNotMatch(output, /\x1b\[2J|\x1b\[\?25l|\x1b\[\?7l/, 'nothing is cleared or switched off');
});

it('a line stands above the bar, which goes on below it', () => {
  const output = onTerminal((progress) => {
    progress.update(5, 20, 'a');
    progress.line('news');
    progress.update(6, 30, 'b');
  });
  assert.deepEqual(screen(output), ['news', '']);
  assert.match(output, /news\n.*6 of 30 .* \| b/s);
});

it('work of unknown length, and of none, shows no nonsense', () => {
  assert.doesNotMatch(
    onTerminal((progress) => progress.update(0, 0, 'x')),
    /NaN|Infinity/,
  );
  assert.doesNotMatch(
    onTerminal((progress) => progress.update(3, 0, 'x')),
    /NaN|Infinity/,
  );
  assert.equal(
    onTerminal(() => undefined),
    '',
  );
});

it('before the speed is known the bar says nothing of the time left', () => {
  const shown = onTerminal((progress) => progress.update(0, 1701, 'INBOX'));
  assert.match(shown, /0 % \| 0 of 1701 \| … \| INBOX/);
});
