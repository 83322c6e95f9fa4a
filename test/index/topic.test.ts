import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesIn, firstPerson } from '../../src/index/people.ts';
import { topicOf } from '../../src/index/topic.ts';

test('what programs of all languages put before a subject does not change its topic', () => {
  const bare = topicOf('增值税发票');
  assert.equal(bare.answers, false);
  for (const before of [
    'Re: ',
    'RE:',
    'Fw: ',
    'FWD: ',
    'AW: ',
    'Antw: ',
    'Sv: ',
    'Re[2]: ',
    'Re(3): ',
    '回复：',
    '回复:',
    '回复 : ',
    '回覆：',
    '答复：',
    '答覆: ',
    '转发：',
    '轉寄：',
    '轉發: ',
    '自动回复: ',
    'Re：',
    '返信: ',
    '답장: ',
    'Re: 回复：RE: 转发：',
    '[dev] Re: [dev] ',
    'Re: [财务部] ',
  ])
    assert.deepEqual(topicOf(`${before}增值税发票`), { ...bare, answers: true }, before);
  assert.deepEqual(topicOf('回复：增值稅發票'), { ...bare, answers: true }, 'traditional');
  assert.deepEqual(topicOf('[财务部] 增值税发票'), bare, 'the name of a list alone is no answer');
});

test('words that only look like a prefix belong to the topic', () => {
  for (const subject of ['Report: May', 'Regarding: May', '回复率：五月', '转发量统计', 'Re', '回复'])
    assert.equal(topicOf(subject).answers, false, subject);
  assert.notEqual(topicOf('Re: May').key, topicOf('Re: June').key);
});

test('a subject that says nothing has no topic', () => {
  for (const subject of ['', ' ', 'a', '好', 'Re: a']) assert.equal(topicOf(subject).key, null, subject);
  for (const subject of ['Re:', '回复：', '[dev]'])
    assert.equal(topicOf(subject).key === null, false, `${subject} is all that it says`);
});

test('a thousand prefixes take no time, and brackets without an end neither', () => {
  assert.equal(topicOf('Re: '.repeat(100_000)).answers, true);
  assert.equal(topicOf('['.repeat(100_000)).answers, false);
});

test('who writes is the first address of a header, and the name before it', () => {
  const table: readonly (readonly [string, ReturnType<typeof firstPerson>])[] = [
    ['Robots: Backup <a@b>;', { address: 'a@b', name: 'Robots: Backup' }],
    ['Robots: a@b, c@d;', { address: 'a@b', name: '' }],
    ['robots: A@b;', { address: 'a@b', name: '' }],
    ['Robots', { address: 'robots', name: '' }],
    ['', null],
    ['Anna@Example.com', { address: 'anna@example.com', name: '' }],
    ['张三 <Zhang@QQ.com>', { address: 'zhang@qq.com', name: '张三' }],
    ['Smith, Anna <a@b.example>, Ben <c@d.example>', { address: 'a@b.example', name: 'Smith, Anna' }],
    ['a@b.example, Ben <c@d.example>', { address: 'a@b.example', name: '' }],
    ['<>', { address: '<>', name: '' }],
    ['nobody at all', { address: 'nobody at all', name: '' }],
  ];
  for (const [header, person] of table) assert.deepEqual(firstPerson(header), person, header);
  assert.deepEqual(
    [...addressesIn('张三 <Zhang@QQ.com>, b@c.d', 'nobody', '"x, y" <e@f.g>')],
    ['zhang@qq.com', 'b@c.d', 'e@f.g'],
  );
});
