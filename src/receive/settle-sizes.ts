// Messages that a server lists with another size than their files have, or another date. It may be wrong about either, for one or for
// all (I-066, I-048, P-018): only the octets tell whether it is another message, so these are fetched; of very many, a sample.
import type { KnownKey } from '../index/positions.ts';
import { doubt, type Compared, type Unlike } from './compare.ts';
import { spread } from './doubt.ts';
import { fetchedIds } from './hashes-of.ts';
import { plainKey } from './plan.ts';
import type { Source } from './source.ts';

/** What became of the messages whose sizes or dates differ. */
export interface Settled {
  readonly changed: KnownKey[];
  /** Messages of which it is not known whether they changed. */
  readonly open: number;
  readonly note?: string;
}

/** Of messages that differ in a folder where the server is wrong about most, so many are fetched. */
const SAMPLE = 20;
/** Messages that are fetched to compare them, at most. */
const MOST = 1000;

/** Whether messages whose sizes or dates differ are others: their octets tell. */
export async function settle(
  source: Source,
  { alike, unlike }: Pick<Compared, 'alike' | 'unlike'>,
): Promise<Settled> {
  if (unlike.length === 0) return { changed: [], open: 0 };
  if (doubt({ alike, unlike }) === 'sample') {
    const sample = await examined(source, spread(unlike, SAMPLE));
    if (sample.changed.length === 0 && sample.open === 0) {
      const note = `sizes or dates are not exact at this server: ${unlike.length} differ from what is stored; ${SAMPLE} of these messages were fetched, and are the same`;
      return { changed: [], open: 0, note };
    }
  }
  const { changed, open } = await examined(source, unlike.slice(0, MOST));
  const rest = unlike.length - Math.min(unlike.length, MOST) + open;
  const same = unlike.length - rest - changed.length;
  const fetched = `${same} of other size or date than what is stored were fetched, and are the same`;
  const unknown = `${rest} of other size or date than what is stored could not be fetched to compare them`;
  const note = [...(same > 0 ? [fetched] : []), ...(rest > 0 ? [unknown] : [])].join('; ');
  return { changed, open: rest, ...(note === '' ? {} : { note }) };
}

async function examined(source: Source, all: readonly Unlike[]): Promise<Settled> {
  const ids = await fetchedIds(
    source,
    all.map(({ item }) => item),
  );
  const came = all.filter(({ item }) => ids.has(plainKey(item.key)));
  const others = came.filter(({ item, held }) => ids.get(plainKey(item.key)) !== held.id);
  return { changed: others.map(({ item }) => plainKey(item.key)), open: all.length - came.length };
}
