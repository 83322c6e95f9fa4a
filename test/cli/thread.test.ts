// `mailkeep thread`, as scripts and as people see it.
import assert from 'node:assert/strict';
import test from 'node:test';
import stringWidth from 'string-width';
import { closeIndex } from '../../src/index/database.ts';
import { idOf } from '../index/document.ts';
import { indexOfLetters } from '../search/letters.ts';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import type { Ending } from '../support/temporary.ts';
import { writeConfig } from './archive-home.ts';

function home(t: Ending): string {
  const path = temporaryDirectory(t);
  const anna = 'Anna <anna@example.com>';
  const zhang = '张三 <zhang@qq.com>';
  const db = indexOfLetters(writeConfig(path), [
    { name: 'first', subject: '报价单', from: anna, to: zhang, msgid: 'a@x', in: ['qq/INBOX'] },
    { name: 'second', at: 5, subject: '回复：报价单', from: zhang, to: anna, refs: 'a@x', msgid: 'b@x' },
    { name: 'third', at: 9, subject: 'Re: 回复：报价单', from: anna, to: zhang, refs: 'a@x b@x' },
    { name: 'other', at: 9, subject: '报价单二', from: anna, to: zhang },
  ]);
  closeIndex(db);
  return path;
}

test('--json tells each message with its depth and what it answers', async (t) => {
  const { code, out } = await mailkeep(['thread', '--json', idOf('second').slice(0, 8)], { home: home(t) });
  const { total, more, messages } = JSON.parse(out) as {
    total: number;
    more: boolean;
    messages: {
      id: string;
      depth: number;
      parent: string | null;
      link: string | null;
      locations: unknown[];
    }[];
  };
  assert.deepEqual([code, total, more], [0, 3, false]);
  assert.deepEqual(
    messages.map(({ id, depth, parent, link }) => [id, depth, parent, link]),
    [
      [idOf('first'), 0, null, null],
      [idOf('second'), 1, idOf('first'), 'reference'],
      [idOf('third'), 2, idOf('second'), 'reference'],
    ],
  );
  assert.equal(messages[0]?.locations.length, 1);
});

test('answers are moved in, and columns hold', async (t) => {
  const at = home(t);
  for (const columns of [40, 80, 120]) {
    const { code, out } = await mailkeep(['thread', idOf('third')], {
      home: at,
      env: { COLUMNS: String(columns) },
    });
    const lines = out.trimEnd().split('\n');
    assert.equal(code, 0);
    // In a narrow window each subject has a line of its own.
    assert.deepEqual([lines.length, lines.at(-1)], [columns < 60 ? 10 : 7, '3 messages']);
    assert.match(lines.find((line) => line.includes('张三')) ?? '', /^\d{4}-\d\d-\d\d( \d\d:\d\d)? {4}张三 /);
    assert.ok(
      lines.every((line) => stringWidth(line) <= columns),
      out,
    );
  }
});

test('an id that names nothing exits 2', async (t) => {
  const { code, err } = await mailkeep(['thread', '00000000'], { home: home(t) });
  assert.equal(code, 2);
  assert.match(err, /no message has an id that begins with 00000000/);
});
