// What a folder is for (RFC 6154 §2), and the names that mail programs and providers give to such folders: the only evidence
// where a server does not say it, or is there no more.

/** RFC 6154 §2. */
export type SpecialUse = '\\Archive' | '\\Drafts' | '\\Junk' | '\\Sent' | '\\Trash';

/** In lower case and NFC; of several in one account the first counts. */
export const USUAL_NAMES: Readonly<Record<SpecialUse, readonly string[]>> = {
  '\\Sent': [
    'sent',
    'sent messages', // QQ, Apple
    'sent items', // Exchange
    'sent mail',
    'sent-mail',
    '已发送', // 163, 126, Sina
    '已发送邮件',
    '已发邮件',
    '已发送消息',
    '已发信息',
    '寄件備份',
    '寄件匣備份',
    '已傳送',
    '已傳送郵件',
    '送信済み',
    '送信済みトレイ',
    '送信済みアイテム',
    '送信済みメール',
    '보낸편지함',
    '보낸 편지함',
    'gesendet',
    'gesendete objekte',
    'gesendete elemente',
    'envoyés',
    'éléments envoyés',
    'messages envoyés',
    'enviados',
    'elementos enviados',
    'itens enviados',
    'posta inviata',
    'inviata',
    'verzonden',
    'verzonden items',
    'skickat',
    'отправленные',
  ],
  '\\Drafts': [
    'drafts',
    'draft',
    '草稿箱', // 163, 126, Sina
    '草稿',
    '下書き',
    '임시보관함',
    'entwürfe',
    'brouillons',
    'borradores',
    'rascunhos',
    'bozze',
    'concepten',
    'utkast',
    'черновики',
  ],
  '\\Trash': [
    'trash',
    'deleted messages', // QQ, Apple
    'deleted items', // Exchange
    'deleted',
    'bin',
    '已删除', // 163, 126
    '已删除邮件',
    '垃圾桶',
    '刪除的郵件',
    'ゴミ箱',
    '휴지통',
    'papierkorb',
    'gelöschte elemente',
    'gelöschte objekte',
    'corbeille',
    'éléments supprimés',
    'papelera',
    'lixeira',
    'cestino',
    'prullenbak',
    'papperskorgen',
    'корзина',
  ],
  '\\Junk': [
    'junk',
    'spam',
    'junk email',
    'junk e-mail',
    'bulk mail',
    '垃圾邮件', // 163, 126
    '垃圾郵件',
    '迷惑メール',
    '스팸메일함',
    'spamverdacht',
    'courrier indésirable',
    'indésirables',
    'correo no deseado',
    'lixo eletrônico',
    'posta indesiderata',
    'skräppost',
    'спам',
  ],
  '\\Archive': [
    'archive',
    'archives',
    '归档',
    '存档',
    '封存',
    'アーカイブ',
    '보관함',
    'archiv',
    'archivio',
    'архив',
  ],
};

const USES: readonly SpecialUse[] = ['\\Sent', '\\Drafts', '\\Trash', '\\Junk', '\\Archive'];

/** What the last part of a folder's name says of its use; undefined where it says nothing. */
export function usualUse(name: string): SpecialUse | undefined {
  const plain = name.trim().normalize('NFC').toLowerCase();
  for (const use of USES) if (USUAL_NAMES[use].includes(plain)) return use;
  return undefined;
}

/** What a server's own words say of its use; undefined where they say nothing. */
export function toldUse(attributes: readonly string[]): SpecialUse | undefined {
  const told = new Set(attributes.map((one) => one.toLowerCase()));
  return USES.find((use) => told.has(use.toLowerCase()));
}
