// The calendar: when a cron expression comes next, in several time zones and through the changes of their clocks.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createTask } from 'node-cron';
import { Calendar } from '../../src/schedule/calendar.ts';
import { chance } from '../support/random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/London',
  'Asia/Shanghai',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
];

/** From here on this process lives in `zone`, until the test ends. */
function liveIn(t: TestContext, zone: string): void {
  const before = process.env['TZ'];
  t.after(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  process.env['TZ'] = zone;
}

/** All slots after `from` and up to `to`, as instants. */
function slots(expression: string, from: number, to: number): number[] {
  const calendar = new Calendar(expression);
  const all: number[] = [];
  for (let at = calendar.next(from); at !== null && at <= to; at = calendar.next(at)) {
    assert.ok(all.length === 0 || at > (all.at(-1) ?? 0), 'slots rise');
    all.push(at);
  }
  return all;
}

const iso = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString().slice(0, 19);

test('slots through the nights in which clocks are changed', (t) => {
  const rows: readonly (readonly [
    zone: string,
    expression: string,
    from: string,
    expected: readonly string[],
  ])[] = [
    // 8 March 2026, 2:00 becomes 3:00 (07:00 UTC); 1 November 2026, 2:00 becomes 1:00 (06:00 UTC)
    [
      'America/New_York',
      '30 2 * * *',
      '2026-03-07T00:00',
      ['2026-03-07T07:30:00', '2026-03-08T07:00:00', '2026-03-09T06:30:00'],
    ],
    ['America/New_York', '30 1 * * *', '2026-10-31T12:00', ['2026-11-01T05:30:00', '2026-11-02T06:30:00']],
    ['America/New_York', '0 2 * * *', '2026-10-31T12:00', ['2026-11-01T07:00:00', '2026-11-02T07:00:00']],
    ['America/New_York', '0 3 * * *', '2026-03-07T12:00', ['2026-03-08T07:00:00', '2026-03-09T07:00:00']],
    [
      'America/New_York',
      '15,45 1,2 * * *',
      '2026-03-08T05:00',
      ['2026-03-08T06:15:00', '2026-03-08T06:45:00', '2026-03-08T07:00:00', '2026-03-09T05:15:00'],
    ],
    [
      'America/New_York',
      '*/30 * * * *',
      '2026-11-01T05:10',
      ['2026-11-01T05:30:00', '2026-11-01T06:00:00', '2026-11-01T06:30:00', '2026-11-01T07:00:00'],
    ],
    ['America/New_York', '*/30 * * * *', '2026-03-08T06:40', ['2026-03-08T07:00:00', '2026-03-08T07:30:00']],
    // from the middle of the second pass
    ['America/New_York', '0,30 1 * * *', '2026-11-01T06:10', ['2026-11-02T06:00:00']],
    // 29 March 2026, 1:00 becomes 2:00 (01:00 UTC); 25 October 2026, 2:00 becomes 1:00 (01:00 UTC)
    ['Europe/London', '30 1 * * *', '2026-03-28T12:00', ['2026-03-29T01:00:00', '2026-03-30T00:30:00']],
    ['Europe/London', '30 1 * * *', '2026-10-24T12:00', ['2026-10-25T00:30:00', '2026-10-26T01:30:00']],
    // 5 April 2026, 2:00 becomes 1:30 (15:00 UTC of the 4th); 4 October 2026, 2:00 becomes 2:30 (15:30 UTC of the 3rd)
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T00:00', ['2026-04-04T14:45:00', '2026-04-05T15:15:00']],
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T00:00', ['2026-10-03T15:30:00', '2026-10-04T15:15:00']],
    ['Australia/Lord_Howe', '15 * * * *', '2026-10-03T14:00', ['2026-10-03T14:45:00', '2026-10-03T16:15:00']],
    ['Asia/Shanghai', '0 3 * * *', '2026-03-29T00:00', ['2026-03-29T19:00:00', '2026-03-30T19:00:00']],
    // at midnight: 4 November 2018, 0:00 becomes 1:00 (03:00 UTC)
    ['America/Sao_Paulo', '0 0 * * *', '2018-11-03T12:00', ['2018-11-04T03:00:00', '2018-11-05T02:00:00']],
  ];
  for (const [zone, expression, from, expected] of rows) {
    liveIn(t, zone);
    const calendar = new Calendar(expression);
    const found: (string | null)[] = [];
    let at = Date.parse(`${from}Z`);
    for (const _ of expected) {
      at = calendar.next(at) ?? NaN;
      found.push(iso(at));
    }
    assert.deepEqual(found, expected, `${zone} ${expression}`);
  }
});

test('a time of day comes once each day, whatever the clocks do', (t) => {
  const random = chance(20_260_101);
  for (const zone of ZONES) {
    liveIn(t, zone);
    for (let n = 0; n < 12; n++) {
      const [hour, minute] = [random.upTo(24), random.upTo(60)];
      const from = Date.UTC(2025 + random.upTo(3), random.upTo(12), random.upTo(28));
      const found = slots(`${minute} ${hour} * * *`, from, from + 370 * 24 * HOUR);
      const days = found.map((at) => new Date(at).toDateString());
      assert.equal(new Set(days).size, days.length, `${zone} ${hour}:${minute}: twice in a day`);
      for (const [at, slot] of found.entries()) {
        const gap = slot - (found[at - 1] ?? slot - 24 * HOUR);
        assert.ok(
          gap >= 22.9 * HOUR && gap <= 25.1 * HOUR,
          `${zone} ${hour}:${minute}: ${gap / HOUR} h before ${iso(slot)}`,
        );
        const local = new Date(slot);
        const same = local.getHours() === hour && local.getMinutes() === minute;
        const skipped = local.getTimezoneOffset() !== new Date(slot - 1000).getTimezoneOffset();
        assert.ok(same || skipped, `${zone} ${hour}:${minute}: ${local.toString()}`);
      }
    }
  }
});

test('what comes each hour or more often is never further apart than it says, and a change of the clocks adds at most an hour', (t) => {
  const random = chance(7);
  for (const zone of ZONES) {
    liveIn(t, zone);
    for (const every of [1, 5, 15, 30]) {
      const from = Date.UTC(2026, random.upTo(12), random.upTo(28));
      const found = slots(`*/${every} * * * *`, from, from + (every === 1 ? 3 : 40) * 24 * HOUR);
      for (const [at, slot] of found.entries())
        if (at > 0)
          assert.equal(slot - (found[at - 1] ?? 0), every * MINUTE, `${zone} */${every} ${iso(slot)}`);
    }
    for (const minute of [0, 7, 45]) {
      const found = slots(`${minute} * * * *`, Date.UTC(2026, 0), Date.UTC(2027, 0));
      for (const [at, slot] of found.entries()) {
        const gap = (slot - (found[at - 1] ?? slot - HOUR)) / HOUR;
        assert.ok(gap > 0.4 && gap <= 1.51, `${zone} ${minute} * * * *: ${gap} h before ${iso(slot)}`);
      }
    }
  }
});

test('it agrees with a walk from minute to minute, as far as no clock is changed', (t) => {
  const random = chance(99);
  const field = (most: number): string => {
    const kind = random.upTo(4);
    if (kind === 0) return '*';
    if (kind === 1) return `*/${1 + random.upTo(most / 2)}`;
    return Array.from({ length: 1 + random.upTo(3) }, () => random.upTo(most)).join(',');
  };
  for (const zone of ['Asia/Kathmandu', 'Asia/Shanghai']) {
    liveIn(t, zone);
    for (let n = 0; n < 40; n++) {
      const expression = `${field(60)} ${field(24)} * * ${n % 8 === 0 ? field(7) : '*'}`;
      const from = Date.UTC(2026, random.upTo(12), 1 + random.upTo(27), random.upTo(24), 0, random.upTo(60));
      assert.equal(
        iso(new Calendar(expression).next(from)),
        iso(walk(expression, from, zone)),
        `${zone} ${expression} ${iso(from)}`,
      );
    }
  }
});

/** The same, by asking node-cron about each minute. */
function walk(expression: string, from: number, timezone: string): number {
  const task = createTask(expression, () => undefined, { timezone });
  void task.destroy();
  let at = Math.floor(from / MINUTE) * MINUTE + MINUTE;
  while (!task.match(new Date(at))) at += MINUTE;
  return at;
}

test('days of the month and of the week, last days and leap days', (t) => {
  liveIn(t, 'Asia/Shanghai');
  const next = (expression: string, from: string): string | null => {
    const slot = new Calendar(expression).next(Date.parse(from));
    return slot === null ? null : new Date(slot + 8 * HOUR).toISOString().slice(0, 16);
  };
  assert.equal(next('0 4 * * 0', '2026-11-26T00:00+08:00'), '2026-11-29T04:00');
  assert.equal(next('0 4 * * sun', '2026-11-26T00:00+08:00'), '2026-11-29T04:00');
  assert.equal(next('0 0 L * *', '2026-02-01T00:00+08:00'), '2026-02-28T00:00');
  assert.equal(next('0 0 * * 5L', '2026-11-01T00:00+08:00'), '2026-11-27T00:00');
  assert.equal(next('0 0 * * 1#2', '2026-11-01T00:00+08:00'), '2026-11-09T00:00');
  assert.equal(next('0 0 29 2 *', '2026-11-01T00:00+08:00'), '2028-02-29T00:00');
  assert.equal(next('0 0 29 2 1', '2026-11-01T00:00+08:00'), '2044-02-29T00:00');
  assert.equal(next('@daily', '2026-11-01T00:00+08:00'), '2026-11-02T00:00');
  assert.equal(next('*/10 * * * * *', '2026-11-01T00:00:03+08:00'), '2026-11-01T00:00');
  for (const impossible of ['0 0 30 2 *', '61 * * * *', '* * *'])
    assert.throws(() => new Calendar(impossible), impossible);
});
