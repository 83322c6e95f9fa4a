// Many messages, each different, for tests of size: number n is the same for ever.
import { compose, text } from './compose.ts';
import { noise } from './files.ts';
import { LI, WANG } from './sample.ts';

const TOPICS: readonly string[] = [
  '发票',
  '会议纪要',
  'invoice',
  'travel',
  '合同',
  'weekly report',
  '快递',
  '通知',
];

/** Message number `n` (1 or more) with about `octets` octets of body. */
export function bulkMessage(n: number, octets: number = 400): Buffer {
  const topic = TOPICS[n % TOPICS.length] ?? '';
  const filler =
    noise(Math.ceil(Math.max(0, octets - 60) * 0.75))
      .toString('base64')
      .match(/.{1,72}/g) ?? [];
  return compose({
    date: new Date(Date.UTC(2019, 0, 1) + n * 3_600_000).toISOString().replace('.000Z', '+00:00'),
    from: LI,
    to: [WANG],
    subject: `${topic} ${n}`,
    messageId: `<bulk-${n}@keep.example>`,
    body: text(`第 ${n} 封 number ${n}: ${topic}\n${filler.join('\n')}\n`, { encoding: '8bit' }),
  });
}
