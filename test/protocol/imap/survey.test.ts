// All folders with their status: in one command, or one by one, and whatever servers make of it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WireName } from '../../../src/model/ids.ts';
import { inEffect } from '../../../src/protocol/imap/capability.ts';
import { enable, forFolders, forNames } from '../../../src/protocol/imap/enable.ts';
import { list } from '../../../src/protocol/imap/list.ts';
import { statuses, statusItems } from '../../../src/protocol/imap/status.ts';
import { LIST_STATUS, survey } from '../../../src/protocol/imap/survey.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { refusalOf } from '../../support/refusal.ts';
import { everySplit, transcript } from '../../support/transcript.ts';
import { host } from './received.ts';

const words = (...all: string[]) => new Set(all);
const asking = (...offered: string[]) => ({
  offered: words(...offered),
  utf8: false,
  window: 9,
  avoid: new Set<string>(),
  kept: () => true,
});

describe('a survey', () => {
  it('takes one command where LIST-STATUS is offered; a folder without a status is not known', async () => {
    const found = await everySplit(transcript('imap/dovecot-list-status'), () =>
      survey(host, new Tags(), asking('LIST-STATUS', 'SPECIAL-USE', 'CONDSTORE')),
    );
    assert.deepEqual(
      found.map(({ folder, status }) => [folder.name, status?.exists, status?.uidNext, status?.modseq]),
      [
        ['Trash', 0, 1, '1'],
        ['客户往来', undefined, undefined, undefined],
        ['INBOX', 3, 9, '18446744073709551615'],
      ],
    );
    assert.deepEqual(found[0]?.folder.attributes, ['\\HasNoChildren', '\\Trash']);
  });

  for (const [name, extended] of [
    ['strato-list-status-empty', []],
    ['proton-special-use-refused', ['SPECIAL-USE']],
  ] as const) {
    it(`falls back to LIST and STATUS, and never takes it for an empty account, as in ${name}`, async () => {
      const avoided: string[][] = [];
      const found = await everySplit(transcript(`imap/${name}`), function* () {
        const how = asking('LIST-STATUS', ...extended);
        const all = yield* survey(host, new Tags(), how);
        avoided.push([...how.avoid]);
        return all;
      });
      assert.equal(found[0]?.status?.exists, name.startsWith('strato') ? 2 : 1);
      assert.equal(found[1]?.status ?? null, null);
      assert.deepEqual(avoided[0], [LIST_STATUS]);
    });
  }

  it('does not ask a host again that does not bear it, and asks for no folder that is not kept', async () => {
    const text =
      'C: A0001 LIST "" "*"\nS: * LIST () "/" INBOX\nS: * LIST () "/" Junk\nS: A0001 OK\n' +
      'C: A0002 STATUS "INBOX" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)\nS: A0002 OK\n';
    const how = { ...asking('LIST-STATUS'), avoid: new Set([LIST_STATUS]) };
    const found = await everySplit(text, () =>
      survey(host, new Tags(), { ...how, kept: ({ name }) => name !== 'Junk' }),
    );
    assert.deepEqual(
      found.map(({ status }) => status),
      [null, null],
    );
  });

  it('without a single folder is an error, however it is asked', async () => {
    const text =
      'C: A0001 LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN))\nS: A0001 OK\nC: A0002 LIST "" "*"\nS: A0002 OK\n';
    const error = await refusalOf(text, () => survey(host, new Tags(), asking('LIST-STATUS')));
    assert.deepEqual([error.kind, error.retry], ['protocol', 'later']);
  });

  it('answered by an untagged BAD and silence names what to avoid', async () => {
    const text =
      'C: A0001 LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN))\nS: * BAD Command!\nSILENCE\n';
    const error = await refusalOf(text, () => survey(host, new Tags(), asking('LIST-STATUS')));
    assert.equal(error.avoid, LIST_STATUS);
  });
});

describe('STATUS', () => {
  it('is read from whatever servers send, and what is nonsense is not known', async () => {
    const wires = ['INBOX', 'Sent Items', 'a (b)', 'zero', 'none'] as WireName[];
    const items = statusItems(words('CONDSTORE', 'OBJECTID'));
    const found = await everySplit(transcript('imap/status-odd'), () =>
      statuses(host, new Tags(), wires, items, 9),
    );
    const nothing = {
      validity: null,
      exists: null,
      uidNext: null,
      modseq: null,
      unseen: null,
      octets: null,
      mailboxId: null,
    };
    assert.deepEqual(Object.fromEntries(found), {
      INBOX: nothing,
      'Sent Items': { ...nothing, validity: 9, exists: 3, uidNext: 4, mailboxId: 'F2212ea87' },
      'a (b)': { ...nothing, exists: 1, modseq: '1706092971947030001' },
      zero: { ...nothing, exists: 0 },
    });
  });
});

describe('ENABLE', () => {
  it('that is answered by OK alone has enabled nothing', async () => {
    const on = await everySplit(transcript('imap/icloud-nothing-enabled'), () =>
      enable(host, new Tags(), ['QRESYNC']),
    );
    assert.equal(on.size, 0);
  });

  it('refused is no error', async () => {
    const text = 'C: A0001 ENABLE QRESYNC\nS: A0001 BAD command not support\n';
    assert.equal((await everySplit(text, () => enable(host, new Tags(), ['QRESYNC']))).size, 0);
  });

  it('makes names UTF-8 where a server serves nobody else', async () => {
    const names = await everySplit(transcript('imap/utf8-only'), function* () {
      const tags = new Tags();
      const on = yield* enable(host, tags, forNames(words('ENABLE', 'UTF8=ONLY')));
      const folders = yield* list(host, tags, on.has('UTF8=ACCEPT'));
      return folders.map(({ name }) => name);
    });
    assert.deepEqual(names, ['INBOX', '客户 &AGE- 往来']);
  });

  it('asks for what is offered and of use, and never for IMAP4rev2', () => {
    assert.deepEqual(forNames(words('UTF8=ACCEPT')), [], 'without ENABLE there is none');
    assert.deepEqual(forNames(words('ENABLE', 'IMAP4REV2', 'UTF8=ACCEPT')), ['UTF8=ACCEPT']);
    assert.deepEqual(forFolders(words('ENABLE', 'QRESYNC', 'CONDSTORE', 'UIDONLY')), ['QRESYNC']);
    assert.deepEqual(forFolders(words('ENABLE', 'UIDONLY', 'MESSAGELIMIT=1000')), ['UIDONLY']);
  });
});

describe('a server of IMAP4rev2 alone', () => {
  it('has what is part of it, and one that offers IMAP4rev1 too is taken at that', () => {
    assert.ok(inEffect(words('IMAP4REV2')).has('LIST-STATUS'));
    assert.ok(!inEffect(words('IMAP4REV2', 'IMAP4REV1')).has('LIST-STATUS'));
  });
});
