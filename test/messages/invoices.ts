// Invoices and 发票: what people look for most, in every form that invoices come in.
import { attachment, multipart, text } from './compose.ts';
import { pdf, zip } from './files.ts';
import type { Sample } from './sample.ts';
import { ANNA, CHEN, idOf, LI, sample, SHOP, TOM, WANG } from './sample.ts';

/** Twelve of them. */
export function invoices(): Sample[] {
  return [
    sample(
      'invoice-pdf',
      {
        date: '2024-03-05T09:12:00+08:00',
        from: SHOP,
        to: [WANG],
        subject: '电子发票（2024年3月）',
        body: multipart('mixed', 'a', [
          text(
            '王先生，您好：\n\n您在蓝鲸书店购书的电子发票已开具，金额 128.50 元，请查收附件。\n\n蓝鲸书店\n',
          ),
          attachment('发票_2024-03.pdf', 'application/pdf', pdf('Invoice 2024-03: 128.50 CNY')),
        ]),
      },
      { phrase: '购书的电子发票', attachments: ['发票_2024-03.pdf'], folder: '客户往来', flags: ['\\Seen'] },
    ),
    sample(
      'invoice-zip',
      {
        date: '2023-11-30T18:40:00+08:00',
        from: CHEN,
        to: [WANG],
        subject: '十一月发票打包',
        body: multipart('mixed', 'a', [
          text('小明：十一月的发票都在压缩包里，共七张，报销时用。\n', { encoding: 'base64' }),
          attachment(
            '十一月发票汇总.zip',
            'application/zip',
            zip('发票清单.txt', Buffer.from('七张\n')),
            'words',
          ),
        ]),
      },
      { phrase: '报销时用', attachments: ['十一月发票汇总.zip'] },
    ),
    sample(
      'invoice-gb18030',
      {
        date: '2020-06-18T11:05:00+08:00',
        from: CHEN,
        to: [WANG],
        subject: '发票抬头更正',
        body: text('您好，上次发票的抬头写错了，请把公司名改为「清泉𠮷科技」后重新开具。谢谢！\n', {
          charset: 'gb18030',
          encoding: 'base64',
        }),
      },
      { phrase: '请把公司名改为', folder: '客户往来' },
    ),
    sample(
      'invoice-gb18030-reply',
      {
        date: '2020-06-18T15:22:00+08:00',
        from: WANG,
        to: [CHEN],
        subject: '回复: 发票抬头更正',
        references: [idOf('invoice-gb18030')],
        body: text('陈静，你好：\n\n已经作废原发票，新发票明天寄出，快递单号另告。\n\n小明\n', {
          charset: 'gb18030',
          encoding: '8bit',
        }),
      },
      { phrase: '新发票明天寄出', folder: 'Sent', flags: ['\\Seen'] },
    ),
    sample(
      'invoice-gbk-words',
      {
        date: '2019-04-02T08:00:00+08:00',
        from: SHOP,
        to: [WANG],
        subject: '发票开具通知',
        rawSubject: '=?GBK?B?t6LGsb+qvt/NqNaq?=',
        body: text('尊敬的读者：您的发票已经开具，三个工作日内寄到。客服电话 400-000-0000。\n', {
          charset: 'gbk',
          encoding: 'base64',
        }),
      },
      { phrase: '三个工作日内寄到' },
    ),
    sample(
      'invoice-big5',
      {
        date: '2021-09-14T10:30:00+08:00',
        from: 'Lin Mei <lin.mei@example.tw>',
        to: [WANG],
        subject: '發票與收據',
        body: text('王先生您好，隨信附上八月份的發票與收據影本，請確認金額是否正確。\n', {
          charset: 'big5',
          encoding: 'base64',
        }),
      },
      { phrase: '請確認金額' },
    ),
    sample(
      'invoice-english',
      {
        date: '2021-02-01T14:03:00+01:00',
        from: ANNA,
        to: [WANG],
        subject: 'Invoice 2021-117 for January',
        body: text(
          'Dear Mr Wang,\n\nplease find below the invoice for January: translation, 14 pages, EUR 420.00.\nPayment is due within thirty days.\n\nKind regards\nAnna Schmidt\n',
          { charset: 'us-ascii', encoding: '7bit' },
        ),
      },
      { phrase: 'Payment is due within thirty days', folder: '客户往来', flags: ['\\Seen', '\\Answered'] },
    ),
    sample(
      'invoice-english-reply',
      {
        date: '2021-02-03T09:45:00+08:00',
        from: WANG,
        to: [ANNA],
        subject: 'Re: Invoice 2021-117 for January',
        references: [idOf('invoice-english')],
        body: text(
          'Dear Anna,\n\nthe transfer left today.\n\nXiaoming\n\n> please find below the invoice for January\n',
        ),
      },
      { phrase: 'the transfer left today', folder: 'Sent', flags: ['\\Seen'] },
    ),
    sample(
      'invoice-html',
      {
        date: '2022-07-08T16:00:00+00:00',
        from: 'Northwind Hosting <billing@northwind.example>',
        to: [WANG],
        subject: 'Your invoice for July / 七月账单',
        body: text(
          '<html><head><style>td{color:#333}</style></head><body><h1>Invoice NW-3071</h1>\n<table><tr><td>Server, small</td><td>USD 9.00</td></tr><tr><td>合计</td><td>USD 9.00</td></tr></table>\n<p>Thank you for hosting with us.<br>感谢您的支持。</p></body></html>\n',
          { subtype: 'html' },
        ),
      },
      { phrase: 'Thank you for hosting with us' },
    ),
    sample(
      'invoice-alternative',
      {
        date: '2025-01-10T07:30:00+08:00',
        from: SHOP,
        to: [WANG],
        cc: [LI],
        subject: '一月发票与 invoice copy',
        body: multipart('mixed', 'outer', [
          multipart('alternative', 'inner', [
            text('发票副本见附件。A copy of the invoice is attached.\n'),
            text('<p>发票副本见附件。<b>A copy of the invoice is attached.</b></p>\n', { subtype: 'html' }),
          ]),
          attachment('发票副本-王小明-二〇二五年一月.pdf', 'application/pdf', pdf('Invoice copy'), 'pieces'),
        ]),
      },
      { phrase: 'A copy of the invoice is attached', attachments: ['发票副本-王小明-二〇二五年一月.pdf'] },
    ),
    sample(
      'invoice-question',
      {
        date: '2025-08-21T13:15:00+01:00',
        from: TOM,
        to: [WANG],
        subject: 'Question about the last invoice',
        body: text(
          'Hi Xiaoming,\n\nthe accountant asks whether the invoice includes VAT. Could you send the 发票 as well?\n\nTom\n',
          { encoding: 'base64' },
        ),
      },
      { phrase: 'accountant asks whether', flags: ['\\Flagged'] },
    ),
    sample(
      'invoice-gbk-file',
      {
        date: '2019-12-24T17:17:00+08:00',
        from: CHEN,
        to: [WANG],
        subject: '年终发票扫描件',
        body: multipart('mixed', 'a', [
          text('扫描件在附件中，原件已用挂号信寄出。\n', { charset: 'gbk', encoding: '8bit' }),
          attachment('年终发票扫描件.pdf', 'application/pdf', pdf('Scan of the year'), 'gbk-words'),
        ]),
      },
      { phrase: '原件已用挂号信寄出', attachments: ['年终发票扫描件.pdf'] },
    ),
  ];
}
