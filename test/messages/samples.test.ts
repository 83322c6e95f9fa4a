// The collection holds what it promises, and never changes by accident: golden results hang on its octets.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { bulkMessage } from './bulk.ts';
import { encodeText } from './charset.ts';
import { sampleNamed, samples } from './samples.ts';

suite('our messages', () => {
  test('are about sixty, each with a name of its own, spread over 2019 to 2026', () => {
    const all = samples();
    assert.equal(all.length, 63);
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    assert.equal(new Set(all.map(({ bytes }) => bytes.toString('latin1'))).size, all.length);
    const years = new Set(all.map(({ internalDate }) => new Date(internalDate).getUTCFullYear()));
    assert.deepEqual([...years], [2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026]);
    assert.deepEqual(
      new Set(all.map(({ folder }) => folder)),
      new Set(['INBOX', '客户往来', 'Sent', 'Junk']),
    );
  });

  test('are the same octets in every run', () => {
    const hash = createHash('sha256');
    for (const { name, bytes } of samples()) hash.update(name).update(bytes);
    assert.equal(hash.digest('hex'), 'c5c9dafa59fe8f152ac2a6debc53a8f38dd45f720611cbc60d949eb8cbb6adf8');
    assert.deepEqual(bulkMessage(7), bulkMessage(7));
  });

  test('have CRLF everywhere, and one is of a megabyte', () => {
    for (const { name, bytes } of samples())
      assert.doesNotMatch(bytes.toString('latin1'), /(?<!\r)\n|\r(?!\n)/, name);
    assert.ok(sampleNamed('travel-video').bytes.length > 1_000_000);
  });

  test('say to a mail parser what they claim', async (t) => {
    // These are read differently by readers of different cleverness.
    const clever = new Set(['raw-gbk-header', 'split-words-gbk', 'two-subjects']);
    for (const { name, bytes, subject, phrase, attachments, date } of samples()) {
      await t.test(name, async () => {
        const mail = await simpleParser(bytes);
        if (!clever.has(name)) assert.equal(mail.subject ?? '', subject ?? '');
        const readable = `${mail.text ?? ''} ${mail.html === false ? '' : mail.html}`.replace(/\s+/g, ' ');
        assert.ok(readable.includes(phrase), readable.slice(0, 300));
        const named = mail.attachments.flatMap(({ filename }) => filename ?? []);
        for (const attached of attachments) assert.ok(named.includes(attached), named.join());
        if (date !== null) assert.equal(mail.date?.getTime(), date);
      });
    }
  });

  test('old character sets come out as their decoders want them', () => {
    for (const charset of ['gbk', 'gb18030', 'big5'] as const)
      assert.equal(new TextDecoder(charset).decode(encodeText('中文 abc', charset)), '中文 abc');
    assert.equal(new TextDecoder('gb18030').decode(encodeText('𠮷🧧', 'gb18030')), '𠮷🧧');
    assert.throws(() => encodeText('㙟', 'gb2312'), RangeError);
    assert.throws(() => encodeText('é', 'us-ascii'), RangeError);
  });
});
