// Which folder of another server means the same, whatever the two call theirs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageId, WireName } from '../../src/model/ids.ts';
import type { Folder } from '../../src/model/mailbox.ts';
import type { Shape } from '../../src/restore/destination.ts';
import { planOf } from '../../src/restore/plan.ts';
import type { FoundPlace } from '../../src/search/places.ts';

function folder(wire: string, name: string = wire, ...attributes: string[]): Folder {
  return { wire: wire as WireName, name, delimiter: '/', attributes };
}

const PLAIN: Shape = { folders: [folder('INBOX')], delimiter: '/', prefix: '', utf8: false };
const COURIER: Shape = { ...PLAIN, delimiter: '.', prefix: 'INBOX.' };
const QQ: Shape = {
  ...PLAIN,
  folders: [
    folder('INBOX'),
    folder('Sent Messages', 'Sent Messages', '\\Sent'),
    folder('&V4NXPpCuTvY-', '垃圾邮件'),
  ],
};

let last = 0;
function place(
  folder: string,
  at: Partial<FoundPlace['at']> = {},
  more: Partial<FoundPlace> = {},
): FoundPlace {
  const id = String(++last).padStart(64, '0') as MessageId;
  const where = {
    account: 'old',
    folder,
    delimiter: undefined,
    uses: [],
    byUid: true,
    flags: [],
    labels: null,
    received: 1000,
    gone: false,
  };
  return {
    id,
    path: `undated/${id}.eml`,
    size: 1,
    msgid: null,
    date: 2000,
    at: { ...where, ...at },
    ...more,
  };
}

/** The wire names to which places in these folders go. */
function wires(shape: Shape, names: readonly string[], only: string | null = null): string[] {
  return planOf(
    names.map((name) => place(name)),
    shape,
    only,
  ).map(({ to }) => to.wire);
}

describe('a folder of another server', () => {
  const TABLE: readonly [string, Shape, string[], string[]][] = [
    ['INBOX is INBOX in any case', PLAIN, ['Inbox'], ['INBOX']],
    [
      'a slash becomes the other delimiter, and a dot no step down',
      COURIER,
      ['Work', 'Work/v1.2'],
      ['INBOX.Work', 'INBOX.Work.v1_2'],
    ],
    [
      'what all lies below INBOX lies at the top elsewhere',
      PLAIN,
      ['INBOX.Sent', 'INBOX.Work', 'INBOX.Work.A'],
      ['Sent', 'Work', 'Work/A'],
    ],
    ['a dot that shows no hierarchy stays', PLAIN, ['example.com'], ['example.com']],
    ['Chinese in modified UTF-7', PLAIN, ['客户往来'], ['&W6JiN1+AZ2U-']],
    [
      'and in UTF-8 where names are that',
      { ...PLAIN, utf8: true },
      ['客户'],
      [Buffer.from('客户').toString('latin1')],
    ],
    ['what was sent, by its use', QQ, ['已发送'], ['Sent Messages']],
    ['junk, by its name', QQ, ['Spam'], ['&V4NXPpCuTvY-']],
    [
      'a folder with such a name in another is just a folder',
      QQ,
      ['Work', 'Work/Sent'],
      ['Work', 'Work/Sent'],
    ],
    ['no hierarchy there', { ...PLAIN, delimiter: null }, ['a/b', 'a'], ['a', 'a-b']],
    ['INBOX is INBOX also above another', PLAIN, ['inbox/A', 'Work/B'], ['INBOX/A', 'Work/B']],
    ['control characters are in no name', PLAIN, ['a\tb\0c'], ['a_b_c']],
    ['nothing between two delimiters', PLAIN, ['a', 'a//b'], ['a', 'a/_/b']],
  ];
  for (const [what, shape, names, wanted] of TABLE)
    test(what, () => assert.deepEqual(wires(shape, names).toSorted(), wanted.toSorted()));

  test('all into one folder that a person names', () => {
    assert.deepEqual(wires(COURIER, ['INBOX', 'Work'], 'Back/2019'), ['INBOX.Back.2019']);
    assert.deepEqual(wires(QQ, ['INBOX', 'Work'], '垃圾邮件'), ['&V4NXPpCuTvY-']);
    assert.deepEqual(wires(QQ, ['INBOX', 'Work'], '\\Sent'), ['Sent Messages']);
    assert.deepEqual(wires(PLAIN, ['Work'], 'inbox'), ['INBOX']);
  });

  test('a new one is marked for what it is for', () => {
    assert.deepEqual(planOf([place('已发送')], PLAIN, null)[0]?.to, {
      wire: '&XfJT0ZAB-',
      name: '已发送',
      exists: false,
      use: '\\Sent',
    });
  });

  const SENT: readonly [string, string[], string[], Shape][] = [
    ['the one whose name comes first', ['已发送', 'Sent Messages', 'Work'], ['Sent Messages', 'Work'], PLAIN],
    ['also where all lies below INBOX', ['已发送', 'Sent'], ['INBOX.Sent'], COURIER],
  ];
  for (const [what, names, first, shape] of SENT)
    test(`of several that are made for one use is one: ${what}; and a second run finds it`, () => {
      assert.deepEqual(wires(shape, names), first);
      const made = first.map((wire) => ({ ...folder(wire), delimiter: shape.delimiter }));
      assert.deepEqual(wires({ ...shape, folders: [...shape.folders, ...made] }, names), first);
    });

  test('nor does a server that bears no marks make a second run file anything elsewhere', () => {
    const out = place('Ausgang', { delimiter: '/', uses: ['\\Sent'] });
    const to = (shape: Shape): string[] =>
      planOf([out, place('Ablage', { delimiter: '/', uses: ['\\Sent'] })], shape, null).map(
        ({ to: { wire } }) => wire,
      );
    assert.deepEqual(to(PLAIN), ['Ablage']);
    assert.deepEqual(to({ ...PLAIN, folders: [...PLAIN.folders, folder('Ausgang')] }), ['Ausgang']);
  });

  test("Gmail's labels are folders, and what has none goes to the archive", () => {
    const all = '[Gmail]/All Mail';
    const labels = [['\\Inbox', 'Work/A', '\\Important'], ['\\Sent'], [], ['\\Starred']];
    const places = labels.map((some) => place(all, { labels: some }));
    assert.deepEqual(
      planOf([...places, place('[Gmail]/Trash', { labels: [] })], PLAIN, null).map(
        ({ to, wanted }) => `${to.wire} ${wanted.length}`,
      ),
      ['Archive 2', 'INBOX 1', 'Sent 1', 'Trash 1', 'Work/A 1'],
    );
  });
});

describe('a message', () => {
  test('lies once in each of its folders, as it was seen last; gone or not', () => {
    const seen = place('A', { flags: ['\\Seen', '\\Recent', '\\Deleted'], received: 5 });
    const old = { ...seen, at: { ...place('A', { gone: true, flags: [] }).at } } as FoundPlace;
    const other = { ...seen, at: place('B', { gone: true, received: null }).at };
    const plans = planOf([seen, old, other], PLAIN, null);
    assert.deepEqual(
      plans.map(({ to, wanted }) => [to.name, wanted.map(({ flags, received }) => [flags, received])]),
      [
        ['A', [[['\\Seen'], 5]]],
        ['B', [[[], 2000]]],
      ],
    );
  });

  test("that the outbox kept goes to Sent, but not beside the server's own copy", () => {
    const own = (msgid: string) => place('Outbox', { byUid: false }, { msgid });
    const plans = planOf([own('1'), own('2'), place('Sent', {}, { msgid: '2' })], PLAIN, null);
    assert.deepEqual(
      plans.map(({ to, wanted }) => [to.name, wanted.map(({ msgid }) => msgid)]),
      [['Sent', ['1', '2']]],
    );
  });
});

describe('a folder whose server told of its names', () => {
  const TABLE: readonly [string, Shape, [string, Partial<FoundPlace['at']>][], string[]][] = [
    [
      'one folder alone has its levels by the delimiter that was told',
      PLAIN,
      [['Work.2026', { delimiter: '.' }]],
      ['Work/2026'],
    ],
    [
      'a slash in a name is no level where a dot is the delimiter',
      PLAIN,
      [['a/b', { delimiter: '.' }]],
      ['a_b'],
    ],
    [
      'and nothing is one where there is no hierarchy',
      COURIER,
      [['a.b', { delimiter: null }]],
      ['INBOX.a_b'],
    ],
    [
      'an odd delimiter',
      PLAIN,
      [
        ['Work^A', { delimiter: '^' }],
        ['Work', { delimiter: '^' }],
      ],
      ['Work', 'Work/A'],
    ],
    [
      'what all lies below INBOX lies at the top elsewhere',
      PLAIN,
      [
        ['INBOX.Work', { delimiter: '.' }],
        ['INBOX', { delimiter: '.' }],
      ],
      ['INBOX', 'Work'],
    ],
    [
      'what was sent goes to what was sent, whatever it was called',
      QQ,
      [['Ausgang/alt', { delimiter: '/', uses: ['\\Sent'] }]],
      ['Sent Messages'],
    ],
    [
      'what was imported has slashes between its levels, and dots in its names',
      COURIER,
      [['Old/v1.2', { byUid: false, account: 'import' }]],
      ['INBOX.Old.v1_2'],
    ],
    [
      'two namespaces of a server, each by its own',
      PLAIN,
      [
        ['a.b', { delimiter: '.' }],
        ['shared/c.d', { delimiter: '/' }],
      ],
      ['a/b', 'shared/c.d'],
    ],
  ];
  for (const [what, shape, folders, expected] of TABLE) {
    test(what, () => {
      const places = folders.map(([name, at]) => place(name, at));
      assert.deepEqual(
        planOf(places, shape, null).map(({ to }) => to.wire),
        expected,
      );
    });
  }

  test('a folder that is made for it is marked with its use', () => {
    const [plan] = planOf([place('Ausgang', { delimiter: '/', uses: ['\\Sent'] })], PLAIN, null);
    assert.deepEqual([plan?.to.wire, plan?.to.exists, plan?.to.use], ['Ausgang', false, '\\Sent']);
  });
});
