// What every Source promises, held against IMAP and POP3 alike: all bodies, byte for byte, under their own keys; what does
// not come is not completed; a refusal of one message is its own; a lost connection is an error.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MailError } from '../../src/model/error.ts';
import type { UidValidity } from '../../src/model/ids.ts';
import type { RemoteKey } from '../../src/model/mailbox.ts';
import type { Sink } from '../../src/protocol/dialogue.ts';
import { openSource } from '../../src/receive/open-source.ts';
import { plainKey } from '../../src/receive/plan.ts';
import type { Receiver, Source } from '../../src/receive/source.ts';
import { accountAt, dialled, type Way } from '../support/account.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { bulkMessage } from '../messages/bulk.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';

for (const way of ['imaps', 'imap', 'pop3s', 'pop3'] as const) {
  describe(`a source over ${way}`, () => {
    test('lists what is there and brings every body byte for byte', async (t) => {
      const { provider, source } = await begin(t, way, 12);
      await source.open();
      const inbox = await enter(source);
      assert.equal(inbox.exists, 12);
      const listed = await source.list();
      const got = new Bodies();
      await source.fetch(
        listed.map(({ key }) => key),
        got,
      );
      assert.equal(got.whole.size, 12);
      const server = provider.messages(ADDRESS, 'INBOX').map(({ bytes }) => bytes.toString('latin1'));
      assert.deepEqual([...got.whole.values()].toSorted(), server.toSorted());
      assert.equal(got.open, 0);
      await source.close();
    });

    test('keeps the keys of messages over sessions', async (t) => {
      const { source, again } = await begin(t, way, 3);
      const keys = async (one: Source) => {
        await one.open();
        await enter(one);
        const found = (await one.list()).map(({ key }) => plainKey(key));
        await one.close();
        return found;
      };
      assert.deepEqual(await keys(source), await keys(again()));
    });

    test('surveys its folders, and what it says of them is what entering shows', async (t) => {
      const { source } = await begin(t, way, 3);
      await source.open();
      const all = await source.survey(({ name }) => name === 'INBOX');
      assert.deepEqual(
        all.map(({ folder }) => folder),
        await source.folders(),
      );
      const inbox = all.find(({ folder }) => folder.name === 'INBOX');
      assert.ok(inbox !== undefined);
      const { validity, exists, uidNext } = await source.enter(inbox.folder);
      if (inbox.status !== null)
        assert.deepEqual(
          [inbox.status.validity, inbox.status.exists, inbox.status.uidNext],
          [validity, exists, uidNext],
        );
      await source.close();
    });

    test('tells what changed since, and which UIDs there are, or that it cannot', async (t) => {
      const { provider, source } = await begin(t, way, 5);
      const { validity, modseq, uidNext } = provider.mailbox(ADDRESS, 'INBOX');
      const since = { validity: validity as UidValidity, modseq: String(modseq), uidNext };
      const [first, second] = provider.messages(ADDRESS, 'INBOX');
      assert.ok(first !== undefined && second !== undefined);
      first.flags.add('\\Flagged');
      provider.remove(ADDRESS, 'INBOX', [second]);
      provider.deliver(ADDRESS, 'INBOX', bulkMessage(99));
      await source.open();
      const [inbox] = await source.folders();
      assert.ok(inbox !== undefined);
      await source.enter(inbox, since);
      const changes = await source.changes(since);
      const uids = await source.uids();
      if (way.startsWith('pop3')) return assert.deepEqual([changes, uids], [null, null]);
      assert.deepEqual(
        changes?.changed.map(({ key, flags }) => [plainKey(key), flags]),
        [[1, ['\\Flagged']]],
      );
      assert.deepEqual(changes?.vanished, [{ from: 2, to: 2 }]);
      assert.deepEqual(uids, [
        { from: 1, to: 1 },
        { from: 3, to: 6 },
      ]);
    });

    test('finds an empty folder empty', async (t) => {
      const { source } = await begin(t, way, 0);
      await source.open();
      assert.equal((await enter(source)).exists, 0);
      assert.deepEqual(await source.list(), []);
      await source.close();
    });

    test('brings a wrong password as auth, never', async (t) => {
      const { provider, source } = await begin(t, way, 1);
      provider.setPassword(ADDRESS, 'another');
      await assert.rejects(source.open(), (error) => error instanceof MailError && error.kind === 'auth');
    });

    test('tells the refusal of one message, and brings the others', async (t) => {
      const { provider, source } = await begin(t, way, 4);
      provider.faults.refuse = (message) => message === provider.messages(ADDRESS, 'INBOX')[1];
      await source.open();
      await enter(source);
      const got = new Bodies();
      for (const { key } of await source.list()) await source.fetch([key], got);
      assert.equal(got.whole.size, 3);
      assert.equal(got.refusals.length, 1);
      assert.equal(got.open, 0);
    });

    test('never completes a body that was cut, and says that the connection is lost', async (t) => {
      const { provider, source } = await begin(t, way, 6);
      provider.faults.cut = { after: 1000, times: 1 };
      await source.open();
      await enter(source);
      const keys = (await source.list()).map(({ key }) => key);
      const got = new Bodies();
      await assert.rejects(
        source.fetch(keys, got),
        (error) => error instanceof MailError && error.retry === 'now',
      );
      assert.ok(got.whole.size < 6);
      assert.equal(got.open, 0, 'a sink was neither completed nor abandoned');
      const server = new Set(
        provider.messages(ADDRESS, 'INBOX').map(({ bytes }) => bytes.toString('latin1')),
      );
      for (const body of got.whole.values()) assert.ok(server.has(body));
    });

    test('sends nothing but reads: no flag changes and no message goes', async (t) => {
      const { provider, source } = await begin(t, way, 2);
      await source.open();
      await enter(source);
      await source.fetch(
        (await source.list()).map(({ key }) => key),
        new Bodies(),
      );
      await source.close();
      const messages = provider.messages(ADDRESS, 'INBOX');
      assert.equal(messages.length, 2);
      assert.ok(messages.every(({ flags, gone }) => !flags.has('\\Seen') && !gone));
      const said = provider.heard().map(({ line }) => line.toUpperCase());
      assert.ok(!said.some((line) => /\b(DELE|STORE|EXPUNGE|SELECT)\b/.test(line)), 'something was changed');
    });
  });
}

test('IMAP says ID after the login and before the first EXAMINE', async (t) => {
  const { provider, source } = await begin(t, 'imaps', 1);
  provider.faults.requireId = true;
  await source.open();
  await enter(source);
  const verbs = provider.heard('IMAP').map(({ line }) => line.split(' ')[1]?.toUpperCase());
  assert.ok(
    verbs.indexOf('ID') < verbs.indexOf('EXAMINE') &&
      verbs.indexOf('ID') > verbs.findIndex((verb) => verb === 'LOGIN' || verb === 'AUTHENTICATE'),
  );
});

test('IMAP leaves out a command that the host answers by an untagged BAD and silence, and goes on', async (t) => {
  const { provider, source, again } = await begin(t, 'imaps', 1);
  provider.faults.bad.add('IMAP ID');
  await source.open();
  assert.equal((await enter(source)).exists, 1);
  await source.close();
  const tries = () => provider.heard('IMAP').filter(({ line }) => /^\S+ ID\b/i.test(line)).length;
  assert.equal(tries(), 1);
  const next = again();
  await next.open();
  assert.equal(tries(), 1, 'the host was asked again');
  await next.close();
});

test('a body that the server leaves out of its OK is not completed', async (t) => {
  const { provider, source } = await begin(t, 'imaps', 3);
  provider.faults.omit = (message) => message === provider.messages(ADDRESS, 'INBOX')[0];
  await source.open();
  await enter(source);
  const got = new Bodies();
  await source.fetch(
    (await source.list()).map(({ key }) => key),
    got,
  );
  assert.equal(got.whole.size, 2);
});

async function begin(
  t: Ending,
  way: Way,
  count: number,
): Promise<{ provider: Provider; source: Source; again: () => Source }> {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  for (let n = 0; n < count; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const account = accountAt(provider, way, ADDRESS, PASSWORD);
  const avoided = new Map<string, Set<string>>();
  const opened: Source[] = [];
  const again = (): Source => {
    const source = openSource(account, dialled(account), avoided);
    opened.push(source);
    return source;
  };
  t.after(() => opened.forEach((source) => source.abort()));
  return { provider, source: again(), again };
}

async function enter(source: Source) {
  const inbox = (await source.folders()).find(({ name }) => name === 'INBOX');
  assert.ok(inbox !== undefined);
  return source.enter(inbox);
}

/** Keeps bodies in memory, and minds that each sink has one end. */
class Bodies implements Receiver {
  readonly whole = new Map<string | number, string>();
  readonly refusals: RemoteKey[] = [];
  readonly #sinks = new Map<Sink, Buffer[]>();

  get open(): number {
    return this.#sinks.size;
  }

  begin(): Sink {
    const chunks: Buffer[] = [];
    const sink: Sink = { write: (chunk) => void chunks.push(Buffer.from(chunk)) };
    this.#sinks.set(sink, chunks);
    return sink;
  }

  complete(sink: Sink, key: RemoteKey): void {
    const chunks = this.#sinks.get(sink);
    assert.ok(chunks !== undefined, 'a sink ended twice');
    this.#sinks.delete(sink);
    this.whole.set(plainKey(key), Buffer.concat(chunks).toString('latin1'));
  }

  abandon(sink: Sink): void {
    assert.ok(this.#sinks.delete(sink), 'a sink ended twice');
  }

  refused(key: RemoteKey): void {
    this.refusals.push(key);
  }
}
