// PURE: names of time zones → minutes east of UTC. What is not in the table counts as UTC (RFC 5322 §4.3), military
// letters too, because half of their users had the sign wrong.

/** Minutes east of UTC for a zone's name in any case; undefined for one that is not known. */
export function zoneMinutes(name: string): number | undefined {
  return ZONES.get(name.toLowerCase());
}

/** The first row is RFC 5322 §4.3; then what is seen in mail beside it, and POSIX names without their summer time. */
const HOURS = `
  ut 0, utc 0, gmt 0, z 0, est -5, edt -4, cst -6, cdt -5, mst -7, mdt -6, pst -8, pdt -7,
  wet 0, west 1, bst 1, cet 1, met 1, mez 1, cest 2, mest 2, mesz 2, eet 2, oez 2, sast 2, eest 3, oesz 3, msk 3, msd 4,
  ist 5.5, ict 7, wib 7, hkt 8, sgt 8, pht 8, awst 8, jst 9, kst 9, aest 10, aedt 11, nzst 12, nzdt 13,
  nst -3.5, ndt -2.5, art -3, brt -3, adt -3, ast -4, akdt -8, akst -9, hst -10,
  est5edt -5, cst6cdt -6, mst7mdt -7, pst8pdt -8`;

const ZONES: ReadonlyMap<string, number> = new Map(
  [...HOURS.matchAll(/(\w+) (-?[\d.]+)/g)].map(([, name = '', hours]) => [name, Number(hours) * 60] as const),
);
