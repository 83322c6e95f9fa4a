import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clip, decodeText } from '../../src/protocol/text.ts';

describe('the text of a server', () => {
  for (const [hex, wanted] of [
    ['', ''],
    ['6f6b', 'ok'],
    ['e4bda0e5a5bd', '你好'],
    ['c4e3bac3', '你好'], // GBK
    ['8139ef35', '\u3406'], // GB18030, four octets
    ['63616681', 'caf '], // neither: latin1, and its control characters go
    ['c4', 'Ä'],
    ['1b5b33316d0007', ' [31m  '],
    ['e280aee280a8', '  '], // U+202E and U+2028
    ['7fc285', '  '],
  ] as const) {
    it(`of octets ${hex === '' ? 'none' : hex} is ${JSON.stringify(wanted)}`, () => {
      assert.equal(decodeText(Buffer.from(hex, 'hex')), wanted);
      assert.equal(decodeText(Buffer.from('c4e3bac3', 'hex')), '你好'); // the text before leaves nothing behind
    });
  }

  it('is clipped between characters', () => {
    assert.equal(clip('  short  ', 5), 'short');
    assert.equal(clip('abcdef', 5), 'abcd…');
    assert.equal(clip('abc😀ef', 5), 'abc…');
    assert.equal(clip('x'.repeat(1000)).length, 500);
  });
});
