// In one session with a POP3 server: which of its messages are known by their content, and under which name each is kept.
// A message that comes gets its name here, once its octets are known.
import type { MaildropPlace } from '../index/maildrop.ts';
import type { MessageId, Uidl } from '../model/ids.ts';
import { contentName, headDigest, isOurs, makeshift } from './content-name.ts';
import type { Item } from './sort-out.ts';
import type { Listed } from './source.ts';

/** A message whose octets are known. */
export interface Content {
  readonly id: MessageId;
  readonly head: Buffer;
}

/** The names by content of one session. */
export class ContentNames {
  readonly #stored: ReadonlyMap<Uidl, MaildropPlace>;
  /** Names by content of a message, those of present messages first. */
  readonly #namesOf = new Map<MessageId, Uidl[]>();
  readonly #taken = new Set<Uidl>();
  /** The last number that a copy of a message got. */
  readonly #copies = new Map<MessageId, number>();
  /** The server's name, or a makeshift → what stands in the listing for it. */
  readonly #standing = new Map<Uidl, Uidl>();
  /** Makeshift name → whose message it is. */
  readonly #awaited = new Map<Uidl, Item>();

  constructor(stored: readonly MaildropPlace[]) {
    this.#stored = new Map(stored.map((place) => [place.uidl, place]));
    const ours = stored.filter(({ uidl }) => isOurs(uidl));
    for (const { id, uidl } of ours.toSorted((a, b) => Number(a.gone) - Number(b.gone))) {
      const names = this.#namesOf.get(id) ?? [];
      names.push(uidl);
      this.#namesOf.set(id, names);
    }
  }

  /** The message is the one that is stored under `uidl`. */
  know(item: Item, uidl: Uidl): void {
    this.#taken.add(uidl);
    this.#standing.set(item.uidl, uidl);
  }

  /** The message has this content, and is to be kept under a name by it. */
  knowBy(item: Item, content: Content): Uidl {
    const name = this.#free(content, item.size);
    this.know(item, name);
    return name;
  }

  /** The message is not known: it is named when it comes. */
  await(item: Item): void {
    const { number = 0 } = item.listed;
    const name = makeshift(number, item.size);
    this.#standing.set(item.uidl, name);
    this.#awaited.set(name, item);
  }

  /** The name of a message that came under `name`: by its content where it is awaited so, else as it is. */
  nameOf(name: Uidl, content: Content): Uidl {
    const item = this.#awaited.get(name);
    if (item === undefined) return name;
    this.#awaited.delete(name);
    const own = this.#stored.get(item.uidl);
    if (own?.id !== content.id || isOurs(item.uidl)) return this.knowBy(item, content);
    this.know(item, item.uidl);
    return item.uidl;
  }

  /** True for a message that is stored under this name, and not gone. */
  isPresent(name: Uidl): boolean {
    return this.#stored.get(name)?.gone === false;
  }

  /** True once each message has the name under which it is kept. */
  get settled(): boolean {
    return this.#awaited.size === 0;
  }

  /** The listing under the names by which its messages are kept, makeshift ones for those that are not yet known. */
  under(listed: readonly Listed[]): Listed[] {
    return listed.map((one) => {
      const name = 'uidl' in one.key ? this.#standing.get(one.key.uidl) : undefined;
      return name === undefined ? one : { ...one, key: { uidl: name } };
    });
  }

  /** A name of this content that stands for no other message of the session, an old one if there is one. */
  #free({ id, head }: Content, size: number | null): Uidl {
    const old = this.#namesOf.get(id) ?? [];
    for (let name = old.shift(); name !== undefined; name = old.shift())
      if (!this.#taken.has(name)) return name;
    const digest = headDigest(head);
    for (let copy = (this.#copies.get(id) ?? 0) + 1; ; copy++) {
      this.#copies.set(id, copy);
      const name = contentName({ id, head: digest, size, copy });
      if (!this.#taken.has(name) && !this.#stored.has(name)) return name;
    }
  }
}
