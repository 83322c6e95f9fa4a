import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shown } from '../../src/web/shown.ts';

describe('a sign that nobody sees', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['invoice\u202efdp.exe', 'invoice‹U+202E›fdp.exe'],
    ['ban\u200bk@example.org', 'ban‹U+200B›k@example.org'],
    ['a\u00adb\ufeffc\u2060d', 'a‹U+00AD›b‹U+FEFF›c‹U+2060›d'],
    ['\u2066x\u2069\u200f', '‹U+2066›x‹U+2069›‹U+200F›'],
    ['a\r\nb\0', 'a‹U+000D›‹U+000A›b‹U+0000›'],
    ['\u200d@x', '‹U+200D›@x'],
    ['a\u{e0041}', 'a‹U+E0041›'],
  ];
  for (const [text, expected] of cases)
    it(`becomes its number in ${JSON.stringify(text)}`, () => assert.equal(shown(text), expected));

  for (const text of ['Anna', '王小明', 'می\u200cخواهم', 'क्\u200dष', '👩\u200d💻', '❤\ufe0f\u200d🔥', 'שלום'])
    it(`is none in ${text}`, () => assert.equal(shown(text), text));
});
