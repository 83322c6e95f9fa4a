// A journal's history by chance: messages come, are seen again under another UIDVALIDITY, change flags and labels, go and come back.
import type { Entry, Place } from '../../src/archive/entry.ts';
import type { MessageId, Uid, Uidl, UidValidity } from '../../src/model/ids.ts';
import { chance } from '../support/random.ts';

const FOLDERS = ['INBOX', '收件箱', 'Work/2026', 'INBOX.Sent'];
const FLAGS = ['\\Seen', '\\Flagged', '\\Answered', '$x', '关键'];
const LABELS = ['\\Inbox', '\\Starred', 'Travel', '旅行'];

/** So many entries; the same seed gives the same. */
export function history(seed: number, count: number): Entry[] {
  const pick = chance(seed);
  const places: Place[] = [];
  const some = (from: readonly string[]): string[] => from.filter(() => pick.often(40));
  let time = Date.UTC(2026, 0, 1);
  const idOf = (number: number): MessageId => (number * 7919).toString(16).padStart(64, '0') as MessageId;
  const seen = (place: Place, number: number): Entry => {
    const labelled = pick.often(30) ? { labels: some(LABELS), emailId: String(number), threadId: '1' } : {};
    return {
      op: 'seen',
      ...place,
      id: idOf(number),
      path: `undated/${idOf(number)}.eml`,
      size: number,
      received: pick.often(20) ? null : new Date(time - number * 60_000).toISOString(),
      flags: some(FLAGS),
      ...labelled,
      at: '',
    };
  };
  const fresh = (): Place => {
    const folder = pick.of(FOLDERS);
    const place = pick.often(80)
      ? { folder, validity: (1 + pick.upTo(2)) as UidValidity, uid: (1 + pick.upTo(400)) as Uid }
      : { folder, uidl: `n${pick.upTo(200)}` as Uidl };
    places.push(place);
    return place;
  };
  const change = (): Entry => {
    // Of a place that nothing was seen in, too: such a line means nothing, and must go on meaning nothing.
    const place = pick.often(3) || places.length === 0 ? fresh() : pick.of(places);
    const rekeyed = 'uid' in place ? { ...place, validity: 9 as UidValidity } : place;
    if (pick.often(1))
      return {
        op: 'folder',
        folder: place.folder,
        delimiter: pick.of(['/', '.', null]),
        use: some(['\\Sent']),
        at: '',
      };
    switch (pick.upTo(8)) {
      case 0:
        return { op: 'gone', ...place, at: '' };
      case 1:
        return { op: 'back', ...place, at: '' };
      case 2:
        if (pick.often(80)) return { op: 'back', ...place, at: '' };
        return pick.often(50)
          ? { op: 'delete', ...place, id: idOf(pick.upTo(300)), at: '' }
          : seen(rekeyed, 1 + pick.upTo(300));
      default: {
        const labels = pick.often(20) ? { labels: [...some(LABELS), `L${pick.upTo(40)}`] } : {};
        const ids = pick.often(10) ? { emailId: String(pick.upTo(99)), threadId: String(pick.upTo(9)) } : {};
        return { op: 'flags', ...place, flags: some(FLAGS), ...labels, ...ids, at: '' };
      }
    }
  };
  return Array.from({ length: count }, (_, nth) => {
    const entry = nth < count / 20 ? seen(fresh(), 1 + pick.upTo(300)) : change();
    time += pick.often(1) ? -500_000 : pick.upTo(2000); // clocks go back, too
    return { ...entry, at: new Date(time).toISOString() };
  });
}
