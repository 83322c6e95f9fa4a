// PURE: what `verify` says, in English and in Chinese.
import type { Language } from '../web/language.ts';
import { amount as n } from '../runtime/amount.ts';
import { count } from './words.ts';

/** What a message of a folder may be that is not as it should be. */
export type Flaw = 'missing' | 'changed' | 'damaged' | 'extra';

/** The words of one language. */
export interface ProofWords {
  readonly read: (files: number, size: string) => string;
  readonly mended: (id: string, from: string) => string;
  readonly damaged: (id: string) => string;
  readonly missing: (id: string) => string;
  readonly orphan: (path: string) => string;
  readonly notAsked: (why: string) => string;
  readonly quarantine: (path: string) => string;
  readonly well: string;
  readonly unproved: string;
  readonly notWhole: string;
  readonly ask: string;
  readonly cure: string;
  readonly adopt: string;
  readonly trouble: (where: string, why: string) => string;
  readonly folder: (
    where: string,
    server: number,
    stored: number,
    flaws: readonly (readonly [Flaw, number])[],
  ) => string;
  /** Behind it, the UIDs. */
  readonly flaw: Readonly<Record<Flaw, string>>;
  readonly proved: (account: string, messages: number) => string;
  readonly notProved: (account: string) => string;
}

const EN_COUNTED: Readonly<Record<Flaw, string>> = {
  missing: 'missing',
  changed: 'changed',
  damaged: 'damaged',
  extra: 'stored and not there',
};

const EN: ProofWords = {
  read: (files, size) => `${count(files, 'file')} (${size}) read`,
  mended: (id, from) => `fetched again: ${id}, from ${from}`,
  damaged: (id) => `damaged: ${id}`,
  missing: (id) => `missing: ${id}`,
  orphan: (path) => `in no journal: ${path}`,
  notAsked: (why) => `could not ask for what is damaged: ${why}`,
  quarantine: (path) => `the damaged files lie in ${path}`,
  well: 'all is well',
  unproved: 'NOT all is proved: see above',
  notWhole: 'the archive is NOT whole: see above',
  ask: '`mailkeep verify --server` fetches them again where a server still has them.',
  cure: 'Put these files back from a copy of the data folder, under the same names (`mailkeep show ID` tells where one lies); `mailkeep search id:ID` shows which messages they are. Mail that was imported comes back when it is imported again.',
  adopt:
    'What is in no journal: move it out of the data folder; if it is mail, `mailkeep import FILE` takes it in from there.',
  trouble: (where, why) => `${where}: ${why}`,
  folder: (where, server, stored, flaws) =>
    `${where}: ${[
      `${n(server)} at the server, ${n(stored)} of them stored`,
      ...flaws.map(([flaw, amount]) => `${n(amount)} ${EN_COUNTED[flaw]}`),
    ].join(', ')}`,
  flaw: {
    missing: 'missing from the archive: ',
    changed: 'other octets at the server: ',
    damaged: 'stored, and the file is not whole: ',
    extra: 'stored, and not at the server: ',
  },
  proved: (account, messages) =>
    `${account}: proved: all ${n(messages)} messages that the server shows are stored`,
  notProved: (account) => `${account}: NOT proved`,
};

const ZH_COUNTED: Readonly<Record<Flaw, string>> = {
  missing: '缺少',
  changed: '内容不同',
  damaged: '损坏',
  extra: '服务器上已没有',
};

const ZH: ProofWords = {
  read: (files, size) => `已检查 ${n(files)} 个文件（${size}）`,
  mended: (id, from) => `已重新取回：${id}，来自 ${from}`,
  damaged: (id) => `损坏：${id}`,
  missing: (id) => `缺失：${id}`,
  orphan: (path) => `没有任何日志记载：${path}`,
  notAsked: (why) => `无法向服务器取回损坏的邮件：${why}`,
  quarantine: (path) => `损坏的文件保存在 ${path}`,
  well: '一切正常',
  unproved: '没有全部得到证实：见上',
  notWhole: '归档不完整：见上',
  ask: '运行 `mailkeep verify --server`，服务器上仍有的会重新取回。',
  cure: '请从数据文件夹的备份中放回同名文件（`mailkeep show ID` 显示文件位置）；`mailkeep search id:ID` 显示是哪些邮件。导入的邮件，重新导入即可恢复。',
  adopt: '没有日志记载的文件：请移出数据文件夹；如果是邮件，再用 `mailkeep import FILE` 收入归档。',
  trouble: (where, why) => `${where}：${why}`,
  folder: (where, server, stored, flaws) =>
    `${where}：${[
      `服务器上 ${n(server)} 封，其中已保存 ${n(stored)} 封`,
      ...flaws.map(([flaw, amount]) => `${ZH_COUNTED[flaw]} ${n(amount)} 封`),
    ].join('，')}`,
  flaw: {
    missing: '归档中缺少：',
    changed: '服务器上的内容不同：',
    damaged: '已保存，但文件不完整：',
    extra: '已保存，但服务器上没有：',
  },
  proved: (account, messages) => `${account}：已证实：服务器上的全部 ${n(messages)} 封邮件都已保存`,
  notProved: (account) => `${account}：没有得到证实`,
};

export const proofWords: Readonly<Record<Language, ProofWords>> = { en: EN, zh: ZH };
