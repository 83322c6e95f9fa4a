// The dialogues over real sockets against the provider, which was written apart: over TLS from the first byte and over
// STARTTLS, every body of every folder comes as it lies there.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dial } from '../../../src/net/dial.ts';
import { capability } from '../../../src/protocol/imap/capability.ts';
import { examine } from '../../../src/protocol/imap/examine.ts';
import { uidFetchList } from '../../../src/protocol/imap/fetch-list.ts';
import { greeting } from '../../../src/protocol/imap/greeting.ts';
import { list } from '../../../src/protocol/imap/list.ts';
import { logout } from '../../../src/protocol/imap/logout.ts';
import { formatSet } from '../../../src/protocol/imap/sequence-set.ts';
import { starttls } from '../../../src/protocol/imap/starttls.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { OWNER, startFurnishedProvider } from '../../support/provider/furnished.ts';
import { fetched, identity } from './received.ts';
import { imapLogin } from '../../support/logins.ts';

const HOST = '127.0.0.1';

describe('IMAP over sockets', () => {
  for (const tls of ['implicit', 'starttls'] as const) {
    it(`brings every body as it lies there, ${tls}`, async (t) => {
      const { provider } = await startFurnishedProvider({ secureOnly: true });
      t.after(() => provider.stop());
      provider.faults.requireId = true;
      const port = tls === 'implicit' ? provider.ports.imaps : provider.ports.imap;
      const endpoint = { host: HOST, port, tls, ca: provider.ca };
      const connection = await dial(endpoint, { connect: 30_000, idle: 30_000 });
      t.after(() => connection.close());
      const tags = new Tags();
      await connection.converse(greeting(HOST, tls === 'starttls'));
      if (tls === 'starttls') await connection.converse(starttls(HOST, tags));
      const offers = await connection.converse(capability(HOST, tags));
      await connection.converse(imapLogin(HOST, tags, OWNER.address, OWNER.password, offers));
      const folders = await connection.converse(list(HOST, tags));
      assert.ok(folders.some(({ name }) => name === '客户往来'));
      for (const { name, wire } of folders) {
        const { validity, exists, uidNext } = await connection.converse(examine(HOST, tags, wire, identity));
        const messages = provider.messages(OWNER.address, name);
        assert.equal(exists, messages.length);
        if (exists === 0) continue;
        const listing = uidFetchList(HOST, tags, `1:${(uidNext ?? 2) - 1}`, validity);
        const uids = (await connection.converse(listing)).map(({ uid }) => uid);
        const [set = ''] = formatSet(uids);
        const { bodies } = await connection.converse(fetched(set, validity, undefined, tags));
        assert.deepEqual(
          bodies.map(({ uid, text }) => [uid, text]),
          messages.map(({ uid, bytes }) => [uid, bytes.toString('latin1')]),
        );
      }
      await connection.converse(logout(tags));
    });
  }
});
