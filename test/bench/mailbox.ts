// A mailbox as people have it, made from a seed: short and long, English and Chinese, plain, HTML and with attachments,
// in several charsets and encodings, in threads and over years. The same count always gives the same bytes.

/** A made message and where it belongs. */
export interface Made {
  readonly folder: string;
  /** CRLF line ends. */
  readonly bytes: Buffer;
  /** Maildir letters. */
  readonly flags: string;
}

/** The folders that messages are spread over; one has a Chinese name. */
export const FOLDERS: readonly string[] = [
  'INBOX',
  'Sent',
  'Work.Projects',
  'Lists',
  '客户往来',
  'Archive.2019',
];

/** `count` messages, one at a time. */
export function* mailbox(count: number, seed: number = 1): Generator<Made> {
  const random = lcg(seed);
  for (let n = 0; n < count; n++) yield made(n, count, random);
}

type Random = () => number;

function made(n: number, count: number, random: Random): Made {
  const chinese = random() < 0.5;
  // Mail comes in order, give or take a few days.
  const date = new Date(Date.UTC(2012, 0, 1) + ((n / count) * 14 * 365 + random() * 4) * 86_400_000);
  const stamp = date.toUTCString().replace('GMT', '+0000');
  const who = pick(random, chinese ? PEOPLE_ZH : PEOPLE_EN);
  const whom = pick(random, PEOPLE_EN);
  const subject = `${chinese ? sentence(random, WORDS_ZH, 4, '') : sentence(random, WORDS_EN, 5, ' ')} ${n}`;
  const thread = `<thread.${n >> 4}@example.org>`;
  const headers = [
    `Return-Path: <${who[1]}>`,
    ...Array.from({ length: 4 }, (_, hop) => received(n, hop, stamp, random)),
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=2024;`,
    `\th=from:to:subject:date:message-id:mime-version; bh=${blob(random, 44)};`,
    ...Array.from({ length: 5 }, () => `\t${blob(random, 72)}`),
    `Authentication-Results: mail.example.net; dkim=pass header.d=example.org; spf=pass`,
    `\tsmtp.mailfrom=${who[1]}; dmarc=pass header.from=example.org`,
    `X-Spam-Status: No, score=${(random() * 4 - 2).toFixed(1)} required=5.0 tests=DKIM_SIGNED,DKIM_VALID,SPF_PASS`,
    `X-Mailer: Example Mail ${n % 9}.${n % 4}`,
    `X-Mail-Id: ${blob(random, 120)}`,
    `Date: ${stamp}`,
    `From: ${word(who[0], chinese, n)} <${who[1]}>`,
    `To: ${whom[0]} <keeper@example.net>`,
    `Subject: ${word(subject, chinese, n)}`,
    `Message-ID: <${hex(random)}.${n}@example.org>`,
    ...(n % 4 === 0 ? [`In-Reply-To: ${thread}`, `References: ${thread}`] : []),
    'MIME-Version: 1.0',
  ];
  const text = Array.from({ length: 1 + Math.floor(random() ** 2 * 40) }, () =>
    chinese ? `${sentence(random, WORDS_ZH, 30, '')}。` : `${sentence(random, WORDS_EN, 45, ' ')}.`,
  ).join('\r\n\r\n');
  const kind = random();
  const body =
    kind < 0.5 ? plain(text, chinese, n) : kind < 0.9 ? alternative(text, n) : mixed(text, n, random);
  return {
    folder: pick(random, FOLDERS),
    bytes: Buffer.concat([Buffer.from(`${headers.join('\r\n')}\r\n`), body]),
    flags: random() < 0.8 ? 'S' : '',
  };
}

function received(n: number, hop: number, stamp: string, random: Random): string {
  const host = `mx${(n + hop) % 7}.example.org`;
  return `Received: from ${host} (${host} [192.0.2.${(n + hop) % 250}])\r\n\tby relay${hop}.example.net with ESMTPS id ${hex(random)}\r\n\tfor <keeper@example.net>; ${stamp}`;
}

/** So many letters of base64. */
function blob(random: Random, length: number): string {
  return Array.from({ length }, () => BASE64[Math.floor(random() * 64)]).join('');
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function plain(text: string, chinese: boolean, n: number): Buffer {
  if (!chinese) return Buffer.from(`Content-Type: text/plain; charset=us-ascii\r\n\r\n${text}\r\n`);
  if (n % 3 === 0) return encoded('text/plain; charset=gb18030', GB_NOTE);
  return encoded('text/plain; charset=utf-8', Buffer.from(`${text}\r\n`));
}

/** 您好，附件是本月的发票，请查收。 in GB18030. */
const GB_NOTE = Buffer.from('c4fabac3a3acb8bdbcfecac7b1bed4c2b5c4b7a2c6b1a3acc7ebb2e9cad5a1a30d0a', 'hex');

function alternative(text: string, n: number): Buffer {
  const paragraphs = text
    .split('\r\n\r\n')
    .map((part) => `<p>${part}</p>`)
    .join('\r\n');
  const html = `<html><head><style>p{margin:0}</style></head><body>${paragraphs}</body></html>`;
  return multipart('alternative', `=_alt_${n}`, [
    encoded('text/plain; charset=utf-8', Buffer.from(text)),
    encoded('text/html; charset=utf-8', Buffer.from(html)),
  ]);
}

function mixed(text: string, n: number, random: Random): Buffer {
  const content = Buffer.alloc(4 * (500 + Math.floor(random() ** 4 * 200_000)));
  for (let at = 0; at < content.length; at += 4) content.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  const name =
    n % 2 === 0 ? `report-${n}.pdf` : `=?utf-8?B?${Buffer.from(`发票${n}.pdf`).toString('base64')}?=`;
  return multipart('mixed', `=_mix_${n}`, [
    encoded('text/plain; charset=utf-8', Buffer.from(text)),
    encoded(
      `application/pdf; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"`,
      content,
    ),
  ]);
}

function multipart(kind: string, boundary: string, parts: readonly Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.from(`Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n`),
    ...parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), part]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

function encoded(type: string, content: Buffer): Buffer {
  const lines = content.toString('base64').replace(/.{76}/g, '$&\r\n');
  return Buffer.from(`Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}\r\n`);
}

function word(text: string, chinese: boolean, n: number): string {
  return chinese
    ? `=?utf-8?B?${Buffer.from(n % 2 === 0 ? text : text.slice(0, 12)).toString('base64')}?=`
    : text;
}

function sentence(random: Random, words: readonly string[], length: number, between: string): string {
  const some = Array.from(
    { length: 2 + Math.floor(random() * length) },
    () => words[Math.floor(random() ** 2 * words.length)],
  );
  return some.join(between);
}

function pick<T>(random: Random, list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
}

function hex(random: Random): string {
  return Math.floor(random() * 2 ** 48).toString(16);
}

/** A linear congruential generator: the same numbers on every machine. */
function lcg(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Person = readonly [string, string];

const PEOPLE_EN: readonly Person[] = [
  ['Ann Keeper', 'ann@example.org'],
  ['Bob Miller', 'bob.miller@example.com'],
  ['Carla Rossi', 'carla@example.net'],
  ['Support Desk', 'support@example.org'],
  ['Newsletter', 'news@lists.example.org'],
];
const PEOPLE_ZH: readonly Person[] = [
  ['王小明', 'wang@example.cn'],
  ['李华', 'lihua@example.cn'],
  ['财务部', 'finance@example.com.cn'],
  ['张伟', 'zhangwei@example.cn'],
];

/** Invented words beside real ones, so that the vocabulary is as wide as mail's. */
const WORDS_EN: readonly string[] = [
  ...'the to and of a in for is you that on with this be are it as we have at will not your from please can by or'.split(
    ' ',
  ),
  ...'project meeting invoice contract report travel update schedule deadline budget review delivery order payment'.split(
    ' ',
  ),
  ...'account team office question answer attached draft version release server backup archive message search'.split(
    ' ',
  ),
  ...Array.from(
    { length: 12_000 },
    (_, n) =>
      `${'bcdfghklmnprstvw'[n % 16]}${'aeiou'[n % 5]}${'lmnrst'[n % 6]}${'aeiou'[(n >> 3) % 5]}${n.toString(36)}`,
  ),
];
const WORDS_ZH: readonly string[] = [
  ...'的 一 是 在 不 了 有 和 人 这 中 大 为 上 个 国 我 以 要 他 时 来 用 们 生 到 作 地 于 出 会 可'.split(
    ' ',
  ),
  ...'发票 合同 会议 附件 请查收 项目 报告 付款 订单 客户 公司 通知 春节 放假 安排 时间 地点 负责人 预算'.split(
    ' ',
  ),
  ...'审核 意见 修改 版本 系统 备份 邮件 文件 搜索 您好 谢谢 北京 上海 深圳 出差 机票 酒店'.split(' '),
  ...Array.from({ length: 3000 }, (_, n) =>
    String.fromCodePoint(0x4e00 + ((n * 7) % 6000), 0x4e00 + ((n * 131) % 6000)),
  ),
];
