// Private mail and junk: holidays, travel, photographs, and offers that nobody asked for.
import { attachment, inline, multipart, text } from './compose.ts';
import { noise, pdf, png } from './files.ts';
import type { Sample } from './sample.ts';
import { LI, sample, TOM, WANG } from './sample.ts';

const AIRLINE = 'Crane Air 鹤航 <tickets@crane.example>';

/** Thirteen of them. */
export function leisure(): Sample[] {
  return [...holidays(), ...travel(), ...junk()];
}

function holidays(): Sample[] {
  return [
    sample(
      'spring-festival',
      {
        date: '2024-01-29T10:00:00+08:00',
        from: '人事部 <hr@mail.test>',
        to: ['全体员工 <all@mail.test>'],
        subject: '春节放假通知',
        body: text('全体同事：\n\n二月九日至十七日放假，十八日（星期日）上班。祝大家春节快乐！\n\n人事部\n', {
          charset: 'gb18030',
          encoding: 'quoted-printable',
        }),
      },
      { phrase: '祝大家春节快乐', flags: ['\\Seen', '\\Flagged'] },
    ),
    sample(
      'spring-festival-2026',
      {
        date: '2026-02-02T09:30:00+08:00',
        from: '人事部 <hr@mail.test>',
        to: ['全体员工 <all@mail.test>'],
        subject: '2026 年春节放假通知 🧧',
        body: text('二月十五日至二十三日放假，共九天。值班表另发。\n', { encoding: 'base64' }),
      },
      { phrase: '值班表另发' },
    ),
    sample(
      'birthday',
      {
        date: '2020-05-04T00:01:00+08:00',
        from: LI,
        to: [WANG],
        subject: '生日快乐！🎂',
        body: multipart('related', 'a', [
          text('<p>小明，生日快乐！<img src="cid:cake@keep.example"></p>\n', { subtype: 'html' }),
          inline('cake@keep.example', 'image/png', png(250, 200, 90)),
        ]),
      },
      { phrase: '小明，生日快乐' },
    ),
    sample(
      'recipe',
      {
        date: '2021-12-21T19:45:00+08:00',
        from: LI,
        to: [WANG],
        subject: '冬至饺子的做法',
        body: text('白菜半棵，猪肉半斤，姜末少许；和面要用凉水。\n', { encoding: '8bit' }),
      },
      { phrase: '和面要用凉水' },
    ),
  ];
}

function travel(): Sample[] {
  return [
    sample(
      'travel-itinerary',
      {
        date: '2023-05-20T12:34:56+08:00',
        from: AIRLINE,
        to: [WANG],
        subject: 'Your travel itinerary / 行程单',
        body: multipart('mixed', 'a', [
          text(
            'Flight CR 208, Shanghai to Hamburg, 3 June, seat 14C.\n航班 CR 208，上海至汉堡，六月三日。\n',
          ),
          attachment('行程单 itinerary.pdf', 'application/pdf', pdf('Itinerary CR 208')),
        ]),
      },
      { phrase: '上海至汉堡', attachments: ['行程单 itinerary.pdf'], flags: ['\\Seen'] },
    ),
    sample(
      'travel-hotel',
      {
        date: '2023-05-22T07:00:00+02:00',
        from: 'Hotel Ankerhof <rezeption@ankerhof.example>',
        to: [WANG],
        subject: 'Bestätigung Ihrer Reservierung',
        rawSubject: '=?iso-8859-1?Q?Best=E4tigung_Ihrer_Reservierung?=',
        body: text(
          'Sehr geehrter Herr Wang,\n\nwir freuen uns auf Sie. Frühstück gibt es ab halb sieben.\n',
          {
            charset: 'iso-8859-1',
          },
        ),
      },
      { phrase: 'Frühstück gibt es ab halb sieben' },
    ),
    sample(
      'travel-train',
      {
        date: '2019-10-01T06:30:00+08:00',
        from: 'ticket@rail.example.cn',
        to: [WANG],
        subject: '车票预订成功',
        rawSubject: '=?utf-8?Q?=E8=BD=A6=E7=A5=A8=E9=A2=84=E8=AE=A2=E6=88=90=E5=8A=9F?=',
        body: text('<div>您已购买 G7 次，北京南至上海虹桥，二等座 05 车 12F 号。</div>\n', {
          subtype: 'html',
          charset: 'gbk',
          encoding: 'base64',
        }),
      },
      { phrase: '北京南至上海虹桥' },
    ),
    sample(
      'travel-photos',
      {
        date: '2023-06-18T22:10:00+01:00',
        from: TOM,
        to: [WANG, LI],
        subject: 'Photos from the harbour',
        body: multipart('mixed', 'a', [
          text('Two pictures from the harbour, before the rain came.\n', { encoding: '7bit' }),
          attachment('harbour-1.png', 'image/png', png(90, 120, 200)),
          attachment('harbour-2.png', 'image/png', png(60, 80, 150)),
        ]),
      },
      { phrase: 'before the rain came', attachments: ['harbour-1.png', 'harbour-2.png'] },
    ),
    sample(
      'travel-video',
      {
        date: '2023-06-20T20:00:00+01:00',
        from: TOM,
        to: [WANG],
        subject: 'The travel film, one megabyte',
        body: multipart('mixed', 'a', [
          text('The film of our travel, as small as I could make it.\n', { encoding: '7bit' }),
          attachment('旅行视频.bin', 'application/octet-stream', noise(760_000)),
        ]),
      },
      { phrase: 'as small as I could make it', attachments: ['旅行视频.bin'] },
    ),
    sample(
      'travel-insurance',
      {
        date: '2025-09-30T15:45:00+08:00',
        from: 'Lighthouse Insurance <care@lighthouse.example>',
        to: [WANG],
        subject: 'Travel insurance, policy 88-1204',
        body: text('Dear customer,=20 this line looks like quoted-printable and is not.\n', {
          charset: 'us-ascii',
          encoding: '7bit',
        }),
      },
      { phrase: 'looks like quoted-printable' },
    ),
  ];
}

function junk(): Sample[] {
  return [
    sample(
      'junk-watches',
      {
        date: '2024-04-01T03:03:03+00:00',
        from: 'Best Offers <win@junk.example>',
        to: ['undisclosed-recipients:;'],
        subject: 'You have won a golden watch!!!',
        body: text(
          '<b>Click</b> <a href="http://junk.example/?id=1">here</a><img src="http://junk.example/p.gif">\n',
          {
            subtype: 'html',
          },
        ),
      },
      { phrase: 'Click', folder: 'Junk' },
    ),
    sample(
      'junk-agency',
      {
        date: '2022-12-12T12:12:12+08:00',
        from: 'agency@junk.example',
        to: [WANG],
        subject: '代 开 各 类 票 据',
        body: text('本公司常年代理，点数优惠，欢迎来电洽谈。\n', { charset: 'gb2312', encoding: 'base64' }),
      },
      { phrase: '点数优惠', folder: 'Junk' },
    ),
    sample(
      'junk-script',
      {
        date: '2025-11-11T00:00:00+08:00',
        from: '双十一 <sale@junk.example>',
        to: [WANG],
        subject: '<script>alert(1)</script> 大促销',
        body: text('<script>alert("x")</script><p onclick="steal()">全场五折，仅此一天。</p>\n', {
          subtype: 'html',
          encoding: 'base64',
        }),
      },
      { phrase: '仅此一天', folder: 'Junk' },
    ),
  ];
}
