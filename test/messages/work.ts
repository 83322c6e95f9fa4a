// Work: minutes (会议纪要), contracts, a long thread in two languages, an invitation, a forwarded message, a list.
import { attachment, multipart, nested, text } from './compose.ts';
import { compose } from './compose.ts';
import { pdf, png, zip } from './files.ts';
import type { Sample } from './sample.ts';
import { ANNA, CHEN, idOf, LI, sample, TOM, WANG } from './sample.ts';

/** Nineteen of them. */
export function work(): Sample[] {
  return [...minutes(), ...contracts(), ...thread(), ...others()];
}

function minutes(): Sample[] {
  return [
    sample(
      'minutes-march',
      {
        date: '2023-03-15T17:30:00+08:00',
        from: LI,
        to: [WANG, CHEN],
        subject: '会议纪要：三月十五日项目例会',
        body: text(
          '各位：\n\n一、进度：第二阶段按期完成。\n二、风险：服务器迁移推迟到四月。\n三、下次例会：三月二十二日下午两点。\n\n记录人：李华\n',
        ),
      },
      { phrase: '服务器迁移推迟到四月', flags: ['\\Seen'] },
    ),
    sample(
      'minutes-budget',
      {
        date: '2024-10-09T10:10:00+08:00',
        from: LI,
        to: [WANG],
        cc: [CHEN, TOM],
        subject: '会议纪要（预算讨论）/ Minutes: budget',
        body: multipart('alternative', 'a', [
          text('预算上调百分之五，差旅费另议。\nThe budget goes up by five per cent.\n', {
            encoding: 'base64',
          }),
          text(
            '<ul><li>预算上调百分之五，差旅费另议。</li><li>The budget goes up by five per cent.</li></ul>\n',
            {
              subtype: 'html',
              encoding: 'base64',
            },
          ),
        ]),
      },
      { phrase: '差旅费另议' },
    ),
    sample(
      'minutes-gb2312',
      {
        date: '2019-08-26T09:00:00+08:00',
        from: 'liu@example.cn',
        to: [WANG],
        subject: '会议纪要草稿',
        rawSubject: '=?gb2312?B?u+HS6bzN0qqy3bjl?=',
        body: text('草稿请审阅，今天下班前把意见发给我。\n', { charset: 'gb2312', encoding: '8bit' }),
      },
      { phrase: '今天下班前把意见发给我' },
    ),
  ];
}

function contracts(): Sample[] {
  return [
    sample(
      'contract-draft',
      {
        date: '2022-05-16T11:20:00+02:00',
        from: ANNA,
        to: [WANG],
        subject: 'Draft contract, second version',
        body: multipart('mixed', 'a', [
          text('Dear Mr Wang,\n\nclause seven of the contract is new; the rest is as discussed.\n\nAnna\n', {
            encoding: '7bit',
            charset: 'us-ascii',
          }),
          attachment('contract-v2.pdf', 'application/pdf', pdf('Contract, second version')),
        ]),
      },
      { phrase: 'clause seven of the contract is new', attachments: ['contract-v2.pdf'], folder: '客户往来' },
    ),
    sample(
      'contract-signed',
      {
        date: '2022-06-01T08:08:00+08:00',
        from: CHEN,
        to: [WANG],
        subject: '合同已盖章',
        body: multipart('mixed', 'a', [
          text('合同一式两份，均已盖章，扫描件见附件。\n'),
          attachment('合同扫描件（盖章）.zip', 'application/zip', zip('合同.txt', Buffer.from('一式两份\n'))),
          attachment('公章.png', 'image/png', png(200, 30, 30), 'words'),
        ]),
      },
      {
        phrase: '均已盖章',
        attachments: ['合同扫描件（盖章）.zip', '公章.png'],
        folder: '客户往来',
        flags: ['\\Seen'],
      },
    ),
    sample(
      'contract-renewal',
      {
        date: '2026-01-12T12:00:00+08:00',
        from: CHEN,
        to: [WANG],
        subject: '合同续签 Contract renewal',
        body: text('合同将于三月底到期，是否续签请在月底前回复。\nThe contract ends in March.\n', {
          encoding: '8bit',
        }),
      },
      { phrase: '是否续签请在月底前回复', folder: '客户往来' },
    ),
  ];
}

/** One conversation of six, in order; the third answers the first. */
function thread(): Sample[] {
  const said: readonly (readonly [string, string, string, string, number[]])[] = [
    [
      '2024-06-03T09:00:00+08:00',
      WANG,
      '网站改版 Website relaunch',
      '新首页的草图已放在共享盘，请大家提意见。',
      [],
    ],
    ['2024-06-03T10:12:00+08:00', LI, 'Re: 网站改版 Website relaunch', '导航栏太挤，建议分成两行。', [0]],
    [
      '2024-06-03T04:40:00+01:00',
      TOM,
      'RE: 网站改版 Website relaunch',
      'Could we keep the old colours?',
      [0],
    ],
    ['2024-06-03T14:05:00+08:00', WANG, 'Re: 网站改版 Website relaunch', 'Tom 说得对，颜色不变。', [0, 2]],
    ['2024-06-04T08:55:00+08:00', CHEN, '答复: 网站改版 Website relaunch', '手机版也要一起改吗？', [0, 2, 3]],
    [
      '2024-06-04T09:30:00+08:00',
      WANG,
      'Re: 答复: 网站改版 Website relaunch',
      '一起改，下周五上线。',
      [0, 2, 3, 4],
    ],
  ];
  return said.map(([date, from, subject, words, before], at) =>
    sample(
      `thread-${at + 1}`,
      {
        date,
        from,
        to: from === WANG ? [LI, TOM, CHEN] : [WANG],
        subject,
        references: before.map((nth) => idOf(`thread-${nth + 1}`)),
        body: text(`${words}\n`, { encoding: at % 2 === 0 ? 'base64' : 'quoted-printable' }),
      },
      { phrase: words, folder: from === WANG ? 'Sent' : 'INBOX', flags: at < 4 ? ['\\Seen'] : [] },
    ),
  );
}

function others(): Sample[] {
  const inner = compose({
    date: '2021-11-11T11:11:11+08:00',
    from: LI,
    to: [CHEN],
    subject: '内部邮件：库存数字',
    messageId: '<stock-numbers@keep.example>',
    body: text('仓库还剩四十二箱，请安排补货。\n'),
  });
  const calendar = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//keep.example//test//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    'UID:kickoff-2025@keep.example',
    'DTSTAMP:20250220T010000Z',
    'DTSTART:20250303T060000Z',
    'DTEND:20250303T070000Z',
    'SUMMARY:项目启动会 Kick-off',
    'LOCATION:三楼会议室',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\n');
  return [
    sample(
      'forwarded',
      {
        date: '2021-11-11T15:00:00+08:00',
        from: CHEN,
        to: [WANG],
        subject: '转发: 内部邮件：库存数字',
        body: multipart('mixed', 'a', [text('请看下面转发的邮件。\n'), nested(inner)]),
      },
      { phrase: '请看下面转发的邮件' },
    ),
    sample(
      'invitation',
      {
        date: '2025-02-20T09:00:00+08:00',
        from: LI,
        to: [WANG],
        subject: '邀请：项目启动会 Kick-off',
        body: multipart('mixed', 'a', [
          multipart('alternative', 'b', [
            text('三月三日下午两点，三楼会议室，项目启动会。\n'),
            text(calendar, { subtype: 'calendar', parameters: '; method=REQUEST', encoding: '8bit' }),
          ]),
          attachment('kick-off.ics', 'application/ics', Buffer.from(calendar.replaceAll('\n', '\r\n'))),
        ]),
      },
      { phrase: '三楼会议室', attachments: ['kick-off.ics'] },
    ),
    sample(
      'mailing-list',
      {
        date: '2023-09-01T20:00:00+00:00',
        from: 'Mira Novak <mira@example.net>',
        to: ['keepers@lists.example.net'],
        subject: '[keepers] How do you keep old mail?',
        fields: [
          ['List-Id', 'People who keep mail <keepers.lists.example.net>'],
          ['List-Unsubscribe', '<mailto:keepers-leave@lists.example.net>'],
          ['Precedence', 'list'],
        ],
        body: text('I have mail since 1998 and never lost a line. What do you do?\n', {
          charset: 'us-ascii',
          encoding: '7bit',
        }),
      },
      { phrase: 'mail since 1998' },
    ),
    sample(
      'flowed',
      {
        date: '2020-10-10T10:10:10+00:00',
        from: TOM,
        to: [WANG],
        subject: 'Notes on the translation',
        body: text(
          'The second chapter reads well, but the word \nlighthouse keeper appears twice in the \nsame sentence.\n\n> Which word \n> do you mean?\n\n-- \nTom\n',
          { charset: 'us-ascii', encoding: '7bit', parameters: '; format=flowed; delsp=no' },
        ),
      },
      { phrase: 'lighthouse keeper' },
    ),
    sample(
      'report-picture',
      {
        date: '2025-05-06T08:30:00+08:00',
        from: LI,
        to: [WANG],
        subject: '四月销售图表',
        body: multipart('mixed', 'a', [
          text('图表见附件，绿色是华东，蓝色是华南。\n'),
          attachment('四月销售图表.png', 'image/png', png(20, 160, 80)),
        ]),
      },
      { phrase: '绿色是华东', attachments: ['四月销售图表.png'] },
    ),
    sample(
      'sent-offer',
      {
        date: '2023-01-05T09:09:00+08:00',
        from: WANG,
        to: [ANNA],
        cc: [LI],
        subject: 'Offer for the translation 报价单',
        fields: [['User-Agent', 'keep test mail']],
        body: text('Dear Anna,\n\nwe offer EUR 30 a page.\n报价有效期三十天。\n\nWang Xiaoming\n'),
      },
      { phrase: '报价有效期三十天', folder: 'Sent', flags: ['\\Seen'] },
    ),
    sample(
      'bounce',
      {
        date: '2024-02-29T23:59:00+00:00',
        from: 'Mail Delivery <mailer-daemon@mail.test>',
        to: [WANG],
        subject: 'Undelivered: Offer for the translation',
        fields: [['Auto-Submitted', 'auto-replied']],
        body: multipart('mixed', 'a', [
          text('The mailbox nobody@example.com does not exist.\n', { charset: 'us-ascii', encoding: '7bit' }),
          {
            fields: [['Content-Type', 'message/delivery-status']],
            content:
              'Reporting-MTA: dns; mail.test\r\n\r\nFinal-Recipient: rfc822; nobody@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n',
          },
        ]),
      },
      { phrase: 'nobody@example.com does not exist' },
    ),
  ];
}
