// PURE: what is written beside a message that could not be sent: what happened to whom, why, and what to do now, in words
// for whoever dropped it there: in English, and at the end, shorter, in Chinese, for nobody knows who reads it.
import { languagesOf } from '../model/hint.ts';
import type { Letter } from './letter.ts';
import { hintOf } from './replies.ts';

/** What the program says in English → the same in Chinese; what it does not know, as the words of a server, as it is. */
export type InChinese = (english: string) => string;

/** The text of NAME.reason.txt, for a letter that has failed; `name` is its file in failed/. Times are UTC. */
export function reasonText(letter: Letter, name: string, now: number, inChinese: InChinese): string {
  const done = letter.recipients.filter(({ state }) => state === 'sent');
  const failed = letter.recipients.filter(({ state }) => state !== 'sent');
  const why = letter.reason ?? whyOf(letter);
  const some = done.length > 0;
  // What the answer means is known in both languages, whatever the server's own people read.
  const known = hintOf(why);
  const [cure = known?.en, chinese = known?.zh] = letter.hint === null ? [] : languagesOf(letter.hint);
  const lines = [
    headline(some, letter.doubts > 0),
    '',
    `File:      ${letter.file}`,
    ...(letter.account === null ? [] : [`Account:   ${letter.account}`]),
    ...(letter.sender === null ? [] : [`From:      ${letter.sender}`]),
    `Dropped:   ${time(letter.created)}`,
    `Given up:  ${time(now)}, after ${letter.attempts} ${letter.attempts === 1 ? 'try' : 'tries'}`,
    '',
    'Why:',
    ...wrapped(capital(why)),
    ...section(
      letter.doubts > 0 ? 'Not known to have been sent to:' : 'Not sent to:',
      // What stands above already is not said again for each of them.
      failed.map(({ address, reply }) => line(address, reply === why ? null : reply)),
    ),
    ...section(
      'Sent to:',
      done.map(({ address, reply }) => line(address, reply)),
    ),
    ...(letter.doubts === 0 ? [] : ['', ...wrapped(DOUBT, '')]),
    '',
    'What to do:',
    ...wrapped(
      cure ??
        (letter.attempts === 0
          ? 'Put right what is named above.'
          : 'Look at the answer above; the address may be wrong.'),
    ),
    ...wrapped(`To send it again, move ${name} back into the outbox folder.${some ? ` ${ONLY}` : ''}`),
    '',
    ...chineseLines(letter, name, chinese, reasonInChinese(why, inChinese)),
  ];
  return `${lines.join('\n')}\n`;
}

/** `原因：…`; nothing where it is not known in Chinese. */
export function reasonInChinese(why: string, inChinese: InChinese): string[] {
  const told = inChinese(why);
  return told === why ? [] : [`原因：${told}`];
}

function headline(some: boolean, inDoubt: boolean): string {
  if (some) return `This message reached some of its recipients, and ${inDoubt ? 'perhaps ' : ''}not all.`;
  return inDoubt
    ? 'This message was given up, and may have been sent all the same.'
    : 'This message was not sent.';
}

/** `hint`: the cure in Chinese, where one is known; `reason`: a line that says why, where that is. */
function chineseLines(
  letter: Letter,
  name: string,
  hint: string | undefined,
  reason: readonly string[],
): string[] {
  const { doubts, attempts, recipients } = letter;
  const some = recipients.some(({ state }) => state === 'sent');
  const inDoubt = doubts > 0;
  const where = reason.length > 0 ? '上述原因' : '上面 Why 一栏指出的问题';
  const general =
    attempts === 0 ? `请按${where}修改。` : '请看上面 Why 一栏里服务器的答复；收件人地址可能有误。';
  return [
    '中文说明：',
    some
      ? `  这封邮件只发给了一部分收件人，其余的${inDoubt ? '不一定' : '没有'}收到。`
      : inDoubt
        ? '  这封邮件已放弃发送，但也可能已经发出。'
        : '  这封邮件没有发出。',
    ...reason.map((line) => `  ${line}`),
    ...(inDoubt ? ['  注意：有一次发送没有等到服务器最后的答复，收件人可能已经收到。'] : []),
    `  ${hint ?? general}`,
    `  要再次发送，请把 ${name} 移回发件夹。`,
    ...(some ? ['  那时只发给还没有收到的人，名单在 X-Mailkeep-Only-To 一行；地址有误就在那里改。'] : []),
  ];
}

const DOUBT =
  'Caution: one try ended without an answer to its last line. The server may have taken the message then, so that it may have arrived after all.';
const ONLY =
  'It then goes only to those it has not reached: its line X-Mailkeep-Only-To names them. Change the addresses there if they are wrong.';

function whyOf({ recipients }: Letter): string {
  return recipients.find(({ state }) => state === 'failed')?.reply ?? 'no reason is known';
}

function line(address: string, reply: string | null): string {
  return reply === null ? `  ${address}` : `  ${address}: ${reply}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function wrapped(text: string, indent: string = '  '): string[] {
  const lines: string[] = [];
  let current = indent;
  for (const word of text.split(' ')) {
    if (current.length + word.length > 100 && current.trim() !== '') {
      lines.push(current.trimEnd());
      current = indent;
    }
    current += `${word} `;
  }
  return [...lines, current.trimEnd()];
}
