// Messages that break rules, as real ones do: raw 8-bit headers, split characters, missing fields, strange line ends.
import { encodeText } from './charset.ts';
import { multipart, text } from './compose.ts';
import type { Sample } from './sample.ts';
import { ANNA, CHEN, LI, sample, TOM, WANG } from './sample.ts';
import { carelessWords } from './transfer.ts';

/** Nineteen of them. */
export function oddities(): Sample[] {
  return [...headers(), ...missing(), ...bodies()];
}

function headers(): Sample[] {
  return [
    sample(
      'raw-gbk-header',
      {
        date: '2019-05-05T05:05:05+08:00',
        from: 'old@example.cn',
        to: [WANG],
        subject: '关于系统升级的说明',
        rawSubject: encodeText('关于系统升级的说明', 'gbk').toString('latin1'),
        body: text('系统将于周六凌晨升级，届时请勿登录。\n', { charset: 'gbk', encoding: '8bit' }),
      },
      { phrase: '届时请勿登录' },
    ),
    sample(
      'raw-utf8-header',
      {
        date: '2022-08-15T08:15:00+08:00',
        from: LI,
        to: [WANG],
        subject: '周报：第三十三周',
        rawSubject: encodeText('周报：第三十三周', 'utf-8').toString('latin1'),
        body: text('本周完成接口联调，下周开始压力测试。\n', { encoding: '8bit' }),
      },
      { phrase: '下周开始压力测试' },
    ),
    sample(
      'split-words',
      {
        date: '2020-02-20T20:20:20+08:00',
        from: CHEN,
        to: [WANG],
        subject: '一个被切断的很长的中文主题',
        rawSubject: carelessWords('一个被切断的很长的中文主题', 'utf-8', 10),
        body: text('主题里的汉字被拆在两个编码字之间。\n', { encoding: 'base64' }),
      },
      { phrase: '被拆在两个编码字之间' },
    ),
    sample(
      'split-words-gbk',
      {
        date: '2020-02-21T20:20:20+08:00',
        from: CHEN,
        to: [WANG],
        subject: '另一个被切断的主题',
        rawSubject: carelessWords('另一个被切断的主题', 'gbk', 5),
        body: text('同样的毛病，不过用的是旧编码。\n', { charset: 'gbk' }),
      },
      { phrase: '不过用的是旧编码' },
    ),
    sample(
      'wrong-label',
      {
        date: '2021-04-30T16:00:00+08:00',
        from: LI,
        to: [WANG],
        subject: '标错字符集的邮件',
        body: text('这封信说自己是拉丁字母，其实是中文。\n', { encoding: '8bit', label: 'iso-8859-1' }),
      },
      { phrase: '' }, // what a reader makes of it depends on how much it guesses
    ),
    sample(
      'two-subjects',
      {
        date: '2023-07-07T07:07:07+00:00',
        from: TOM,
        to: [WANG],
        subject: 'First subject',
        fields: [['Subject', 'Second subject']],
        body: text('This one has two subjects and the first one counts.\n', { encoding: '7bit' }),
      },
      { phrase: 'the first one counts' },
    ),
    sample(
      'many-recipients',
      {
        date: '2024-12-01T12:00:00+08:00',
        from: LI,
        to: Array.from({ length: 120 }, (_, n) => `同事${n + 1} <colleague${n + 1}@mail.test>`),
        subject: '年会报名',
        body: text('年会定于十二月二十日，请回复是否参加。\n'),
      },
      { phrase: '请回复是否参加' },
    ),
  ];
}

function missing(): Sample[] {
  const twin = (nth: number, words: string): Sample =>
    sample(
      `same-id-${nth}`,
      {
        date: `2022-01-0${nth}T08:00:00+08:00`,
        from: 'report@example.cn',
        to: [WANG],
        subject: '每日报表',
        messageId: '<daily-report@keep.example>',
        body: text(`${words}\n`),
      },
      { phrase: words },
    );
  return [
    sample(
      'empty-subject',
      {
        date: '2021-07-01T10:00:00+08:00',
        from: LI,
        to: [WANG],
        subject: '',
        body: text('主题忘写了，内容在此。\n'),
      },
      { phrase: '主题忘写了' },
    ),
    sample(
      'no-subject',
      {
        date: '2021-07-02T10:00:00+08:00',
        from: ANNA,
        to: [WANG],
        subject: null,
        body: text('No subject line at all.\n', { encoding: '7bit' }),
      },
      { phrase: 'No subject line at all' },
    ),
    sample(
      'no-date',
      { date: null, from: LI, to: [WANG], subject: '没有日期的邮件', body: text('这封信没有日期。\n') },
      { phrase: '这封信没有日期', arrived: '2020-11-11T03:00:00Z' },
    ),
    sample(
      'nonsense-date',
      {
        date: null,
        from: TOM,
        to: [WANG],
        subject: 'A date that is none',
        fields: [['Date', 'yesterday, about tea time']],
        body: text('The date of this message is nonsense.\n', { encoding: '7bit' }),
      },
      { phrase: 'date of this message is nonsense', arrived: '2021-01-21T15:00:00Z' },
    ),
    sample(
      'no-message-id',
      {
        date: '2019-01-15T09:00:00+08:00',
        from: 'scanner@mail.test',
        to: [WANG],
        subject: '扫描完成',
        messageId: null,
        body: text('扫描仪自动发送，请勿回复。\n'),
      },
      { phrase: '扫描仪自动发送' },
    ),
    twin(1, '元旦当日访问量为一千二百。'),
    twin(2, '一月二日访问量为九百八十。'),
  ];
}

function bodies(): Sample[] {
  return [
    sample(
      'leading-dots',
      {
        date: '2020-08-08T08:08:08+00:00',
        from: TOM,
        to: [WANG],
        subject: 'Lines that begin with dots',
        body: text('.\n..\n...and so on\n.hidden file\n.\n', { charset: 'us-ascii', encoding: '7bit' }),
      },
      { phrase: 'and so on' },
    ),
    sample(
      'no-final-line-end',
      {
        date: '2020-09-09T09:09:09+00:00',
        from: TOM,
        to: [WANG],
        subject: 'A last line without an end',
        body: text('The last line just stops', { charset: 'us-ascii', encoding: '7bit' }),
      },
      { phrase: 'The last line just stops', folder: '客户往来' },
    ),
    sample(
      'long-line',
      {
        date: '2022-03-03T03:03:03+00:00',
        from: ANNA,
        to: [WANG],
        subject: 'One very long line',
        body: text(`${'wave after wave '.repeat(200)}reaches the shore\n`, {
          charset: 'us-ascii',
          encoding: '7bit',
        }),
      },
      { phrase: 'reaches the shore' },
    ),
    sample(
      'never-closed',
      {
        date: '2023-10-31T23:00:00+00:00',
        from: TOM,
        to: [WANG],
        subject: 'A multipart that never ends',
        body: multipart('mixed', 'a', [text('The closing line is missing.\n', { encoding: '7bit' })]),
      },
      {
        phrase: 'closing line is missing',
        bend: (bytes) => bytes.subarray(0, bytes.lastIndexOf('\r\n--=_keep-mixed-a--') + 2),
      },
    ),
    sample(
      'empty-body',
      {
        date: '2024-08-08T08:08:00+08:00',
        from: LI,
        to: [WANG],
        subject: '只有主题',
        body: { fields: [], content: '' },
      },
      { phrase: '' },
    ),
  ];
}
