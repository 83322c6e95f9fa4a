// PURE: what an alert says, and what cures it, in English and in Chinese.
import { cureFor, told } from '../chinese/told.ts';
import type { Hint } from '../model/hint.ts';
import type { Found } from './alert.ts';

type Words = Pick<Found, 'message' | 'hint'>;

/** `hours` since the last good sync, less than 0 where the clock was wrong then; null: there was none yet. */
export function staleWords(account: string, hours: number | null, why: string | null): Words {
  const because = why === null ? { en: '', zh: '' } : { en: ` (${why})`, zh: `（${inChinese(why)}）` };
  const { en, zh } = staleFor(account, hours);
  return { message: { en: en + because.en, zh: zh + because.zh }, hint: check(account) };
}

function staleFor(account: string, hours: number | null): Hint {
  if (hours === null)
    return { en: `${account} has never been synchronised in full`, zh: `${account} 从未完整同步过` };
  const time = inTime(Math.abs(hours));
  return hours < 0
    ? {
        en: `the last good sync of ${account} seems to lie ${time.en} ahead: the clock was wrong then, and there was none since`,
        zh: `${account} 上次成功同步的时间比现在晚 ${time.zh}：当时系统时钟不准，此后再没有成功同步`,
      }
    : {
        en: `${account} has had no good sync for ${time.en}`,
        zh: `${account} 已有 ${time.zh}没有成功同步`,
      };
}

/** `en` and `zh` are the cure; absent: to look. */
export function loginWords(account: string, why: string, en?: string, zh: string = en ?? ''): Words {
  return {
    message: {
      en: `the login of ${account} is refused: ${why}`,
      zh: `${account} 登录被拒绝：${inChinese(why)}`,
    },
    hint: en === undefined ? check(account) : { en, zh },
  };
}

export function damagedWords(damaged: number, missing: number): Words {
  return {
    message: {
      en: `stored files: ${damaged} damaged, ${missing} missing`,
      zh: `已存邮件文件：${damaged} 个损坏，${missing} 个丢失`,
    },
    hint: {
      en: '`mailkeep verify --server` fetches them again where a server still has them.',
      zh: '运行 `mailkeep verify --server`：服务器上仍有的会重新取回。',
    },
  };
}

export function diskWords(free: string): Words {
  return {
    message: { en: `only ${free} of disk space are left for the archive`, zh: `归档所在磁盘只剩 ${free}` },
    hint: {
      en: 'Free some space: receiving pauses before the disk is full, and goes on by itself.',
      zh: '请清理磁盘：磁盘写满之前会暂停收信，有空间后自动继续。',
    },
  };
}

/** `cure` as it was recorded, if there is one. */
export function storageWords(why: string, cure: string | null): Words {
  return {
    message: {
      en: `receiving is held up by the archive or its disk: ${why}`,
      zh: `归档或其磁盘有问题，暂停收信：${inChinese(why)}`,
    },
    hint:
      cure === null
        ? {
            en: 'Look at the disk and into the system log; when it is well again, receiving goes on by itself.',
            zh: '请检查磁盘和系统日志；恢复正常后会自动继续收信。',
          }
        : { en: cureFor(cure, 'en'), zh: cureFor(cure, 'zh') },
  };
}

/** What a proof did not find as it should be; `unread`: folders that could not be read. */
type Unproved = Readonly<Record<'missing' | 'changed' | 'damaged' | 'unread', number>>;

export function unprovedWords(account: string, { missing, changed, damaged, unread }: Unproved): Words {
  const closed: Hint = {
    en: unread === 0 ? '' : `, ${unread} ${unread === 1 ? 'folder' : 'folders'} not read`,
    zh: unread === 0 ? '' : `，${unread} 个文件夹未能读取`,
  };
  return {
    message: {
      en: `the archive of ${account} is not proved complete: ${missing} missing, ${changed} changed, ${damaged} damaged${closed.en}`,
      zh: `${account} 的归档未通过完整性核对：缺 ${missing} 封，不符 ${changed} 封，损坏 ${damaged} 封${closed.zh}`,
    },
    hint: {
      en: `\`mailkeep verify --server ${account}\` lists them, and \`mailkeep sync --full ${account}\` fetches what is missing.`,
      zh: `\`mailkeep verify --server ${account}\` 列出它们，\`mailkeep sync --full ${account}\` 取回缺少的邮件。`,
    },
  };
}

export function indexWords(why: string): Words {
  return {
    message: {
      en: `the index was lost and is made anew: ${why}`,
      zh: `索引已丢失，正在重建：${inChinese(why)}`,
    },
    hint: {
      en: 'Nothing is to be done: the messages themselves are all there, and searches find everything again when it is whole.',
      zh: '无需处理：邮件本身都在，索引重建完成后即可搜索全部邮件。',
    },
  };
}

/** What is wrong with it cannot be mended while it is in use. */
export function unreadableWords(why: string): Words {
  return {
    message: {
      en: `how it stands with the archive cannot be seen: ${why}`,
      zh: `无法查看归档的状态：${inChinese(why)}`,
    },
    hint: {
      en: 'Restart the service: an index that is damaged or missing is made anew when it starts, and no message is lost.',
      zh: '请重启服务：索引损坏或丢失时，启动时会自动重建，邮件不会丢失。',
    },
  };
}

export function failedWords(file: string, why: string): Words {
  return {
    message: { en: `${file} could not be sent: ${why}`, zh: `${file} 未能发出：${inChinese(why)}` },
    hint: {
      en: 'It lies in failed/ in the outbox with its reason: move it back into the outbox to send it again, or delete it.',
      zh: '它与原因说明在发件夹的 failed/ 中：移回发件夹即再次发送，或将其删除。',
    },
  };
}

export function uncertainWords(file: string, id: string, why: string): Words {
  return {
    message: {
      en: `${file} may or may not have been sent: ${why}`,
      zh: `${file} 可能已发出，也可能没有：${inChinese(why)}`,
    },
    hint: {
      en: `Ask a recipient, or look into the Sent folder; then \`mailkeep outbox release ${id}\` sends it once more, \`mailkeep outbox cancel ${id}\` does not.`,
      zh: `请询问收件人或查看“已发送”；\`mailkeep outbox release ${id}\` 会再发一次，\`mailkeep outbox cancel ${id}\` 则不再发送。`,
    },
  };
}

export function delayedWords(file: string, why: string): Words {
  const because: Hint = why === '' ? { en: '', zh: '' } : { en: `: ${why}`, zh: `：${inChinese(why)}` };
  return {
    message: {
      en: `${file} has waited for more than four hours${because.en}`,
      zh: `${file} 已等待发送超过四小时${because.zh}`,
    },
    hint: {
      en: '`mailkeep outbox list` tells when it is tried again; it is tried for five days.',
      zh: '`mailkeep outbox list` 显示下次尝试的时间；最多尝试五天。',
    },
  };
}

function inChinese(why: string): string {
  return told(why, 'zh');
}

function check(account: string): Hint {
  return {
    en: `\`mailkeep check ${account}\` tells what is wrong and what cures it.`,
    zh: `运行 \`mailkeep check ${account}\` 可查明原因和解决办法。`,
  };
}

function inTime(hours: number): Hint {
  const days = Math.floor(hours / 24);
  if (days >= 2) return { en: `${days} days`, zh: `${days} 天` };
  const whole = Math.max(1, Math.floor(hours));
  return { en: whole === 1 ? 'an hour' : `${whole} hours`, zh: `${whole} 小时` };
}
