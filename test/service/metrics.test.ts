// The metrics: what Prometheus reads is well-formed and true, the files in config/ name nothing else, and nobody is let in by a
// foreign name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { isOwnHost } from '../../src/runtime/own-host.ts';
import { Counter, Histogram } from '../../src/service/counting.ts';
import { exposition, type Family } from '../../src/service/exposition.ts';
import { Metrics } from '../../src/service/metrics.ts';
import { serveMetrics } from '../../src/service/metrics-server.ts';
import { processFigures } from '../../src/service/process-figures.ts';
import { emptyReport } from '../../src/receive/report.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import { program } from '../servers/installed.ts';
import { until } from '../support/command-line.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { accountWell, standingWell } from './standing.ts';

const PROMTOOL = program('/usr/bin/promtool', '/opt/mailkeep-servers/prometheus/usr/bin/promtool');
const withoutPromtool =
  PROMTOOL === undefined && process.env['MAILKEEP_REQUIRE_SERVERS'] !== '1' && 'needs promtool';

test('whatever stands in a label, a sample is one line that can be read back', () => {
  const evil = 'a"b\\c\nd 收件箱';
  const text = exposition([
    { name: 'x', help: 'a\\b\nc', type: 'gauge', samples: [{ labels: { evil, other: '' }, value: 1.5 }] },
    { name: 'y_total', help: '', type: 'counter', samples: [{ labels: {}, value: Infinity }] },
  ]);
  assert.equal(
    text,
    '# HELP x a\\\\b\\nc\n# TYPE x gauge\nx{evil="a\\"b\\\\c\\nd 收件箱",other=""} 1.5\n# HELP y_total \n# TYPE y_total counter\ny_total +Inf\n',
  );
});

test('counts add up by their labels, and a histogram counts what is within each bound', () => {
  const counter = new Counter();
  counter.add({ account: 'a' });
  counter.add({ account: 'b' }, 0);
  counter.add({ account: 'a' }, 4);
  assert.deepEqual(counter.samples(), [
    { labels: { account: 'a' }, value: 5 },
    { labels: { account: 'b' }, value: 0 },
  ]);
  const times = new Histogram([1, 10]);
  for (const seconds of [0.5, 1, 1.5, 100]) times.observe({}, seconds);
  assert.deepEqual(
    times.samples().map(({ part, labels, value }) => [part, labels['le'], value]),
    [
      ['_bucket', '1', 2],
      ['_bucket', '10', 3],
      ['_bucket', '+Inf', 4],
      ['_sum', undefined, 103],
      ['_count', undefined, 4],
    ],
  );
});

/** Metrics after a day's work. */
function worked(): Metrics {
  const metrics = new Metrics();
  const error = { kind: 'auth', message: 'no', retry: 'never', hint: null } as const;
  metrics.polled({ ...emptyReport('qq'), stored: 3, bytes: 4096, seconds: 0.2 });
  metrics.polled({ ...emptyReport('qq'), error, seconds: 2 });
  metrics.polled({ ...emptyReport('qq'), error: { ...error, kind: 'cancelled' } });
  metrics.connected('qq', 'receive');
  metrics.connected('qq', 'send')();
  metrics.delivered('qq', 'sent', 0.7);
  return metrics;
}

function worthOf(text: string, sample: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}

test('what was counted is what is told', () => {
  const text = exposition(worked().families(standingWell()));
  const told = {
    'mailkeep_stored_messages_total{account="qq"}': 3,
    'mailkeep_stored_bytes_total{account="qq"}': 4096,
    'mailkeep_syncs_total{account="qq",result="good"}': 1,
    'mailkeep_syncs_total{account="qq",result="failed"}': 1,
    'mailkeep_refusals_total{account="qq",way="receive",kind="auth"}': 1,
    'mailkeep_refusals_total{account="qq",way="receive",kind="cancelled"}': undefined,
    'mailkeep_connections{account="qq",way="receive"}': 1,
    'mailkeep_connections{account="qq",way="send"}': 0,
    'mailkeep_connections_opened_total{account="qq",way="send"}': 1,
    'mailkeep_sync_duration_seconds_bucket{account="qq",le="0.5"}': 1,
    'mailkeep_sync_duration_seconds_count{account="qq"}': 2,
    'mailkeep_delivery_duration_seconds_bucket{account="qq",state="sent",le="0.5"}': 0,
    'mailkeep_delivery_duration_seconds_bucket{account="qq",state="sent",le="1"}': 1,
    'mailkeep_last_good_sync_timestamp_seconds{account="qq"}': Date.UTC(2026, 0) / 1e3,
    'mailkeep_outbox_letters{state="deferred"}': 2,
  };
  for (const [sample, value] of Object.entries(told)) assert.equal(worthOf(text, sample), value, sample);
});

test('an account that is out of the configuration has no figures: no rule waits for it', () => {
  const gone = accountWell({ name: 'old', state: 'removed', proof: null });
  const text = exposition(new Metrics().families(standingWell({ accounts: [accountWell(), gone] })));
  assert.match(text, /account="qq"/);
  assert.doesNotMatch(text, /account="old"/);
});

/** All that may be served. */
function everything(): string {
  const figures = processFigures();
  const text = exposition([...worked().families(standingWell()), ...figures.families()]);
  figures.end();
  return text;
}

test('the dashboard and the alert rules name only what is served', () => {
  const served = new Set(
    everything()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace(/[{ ].*/, '')),
  );
  for (const file of ['config/grafana-dashboard.json', 'config/prometheus-alerts.yaml']) {
    const text = readFileSync(file, 'utf8');
    const named = new Set(text.match(/\b(?:mailkeep|process|nodejs)_[a-z_]+\b/g));
    assert.ok(named.size > 8, file);
    for (const name of named) assert.ok(served.has(name), `${file} names ${name}, which is not served`);
  }
});

test('the dashboard is one: each panel has its place, its query and its source', () => {
  const { panels, templating } = JSON.parse(readFileSync('config/grafana-dashboard.json', 'utf8')) as {
    readonly panels: readonly {
      readonly id: number;
      readonly title: string;
      readonly gridPos: { x: number; y: number; w: number; h: number };
      readonly targets: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
    }[];
    readonly templating: { readonly list: readonly { readonly name: string }[] };
  };
  assert.deepEqual(
    templating.list.map(({ name }) => name),
    ['datasource', 'instance'],
  );
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos, targets } of panels) {
    const { x, y, w, h } = gridPos;
    assert.ok(x >= 0 && x + w <= 24, title);
    for (let column = x; column < x + w; column++)
      for (let row = y; row < y + h; row++) {
        assert.ok(!taken.has(`${column},${row}`), `${title} lies over another panel`);
        taken.add(`${column},${row}`);
      }
    assert.ok(targets.length > 0, title);
    for (const { expr, datasource } of targets) {
      assert.equal(datasource.uid, '${datasource}');
      assert.match(expr, /\$instance/, title);
    }
  }
});

test('each alert rule says what is wrong and what cures it', () => {
  const { groups } = parse(readFileSync('config/prometheus-alerts.yaml', 'utf8')) as {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly alert: string;
        readonly labels: { readonly severity: string };
        readonly annotations: { readonly summary: string; readonly description: string };
      }[];
    }[];
  };
  for (const { alert, labels, annotations } of groups.flatMap(({ rules }) => rules)) {
    assert.match(alert, /^Mailkeep[A-Z]/);
    assert.match(labels.severity, /^(?:warning|critical)$/);
    assert.ok(annotations.summary !== '' && annotations.description !== '', alert);
  }
});

test('Prometheus itself reads the figures and the rules', { skip: withoutPromtool }, () => {
  assert.ok(PROMTOOL !== undefined);
  const metrics = spawnSync(PROMTOOL, ['check', 'metrics'], { input: everything(), encoding: 'utf8' });
  assert.deepEqual([metrics.status, metrics.stdout, metrics.stderr], [0, '', '']);
  const rules = spawnSync(PROMTOOL, ['check', 'rules', 'config/prometheus-alerts.yaml'], {
    encoding: 'utf8',
  });
  assert.equal(rules.status, 0, rules.stdout + rules.stderr);
});

/** What stands at the tenth minute, as Prometheus counts it, and which alerts there are then. */
const STORIES: readonly (readonly [name: string, series: Readonly<Record<string, string>>, string[]])[] = [
  ['all is well', {}, []],
  ['it does not answer', { 'up{job="mailkeep"}': '0x20' }, ['MailkeepDown']],
  [
    'a login is refused from the start on',
    { 'mailkeep_alerts{kind="login"}': '1x20' },
    ['MailkeepLoginRefused'],
  ],
  ['an account never had a good sync', { 'mailkeep_alerts{kind="stale"}': '1x20' }, ['MailkeepAccountStale']],
  ['the disk is read-only', { 'mailkeep_alerts{kind="storage"}': '1x20' }, ['MailkeepCannotStore']],
  ['a file is damaged', { mailkeep_damaged_files: '1x20' }, ['MailkeepFilesDamaged']],
  ['it lacks a message', { 'mailkeep_proved_complete{account="qq"}': '0x20' }, ['MailkeepNotProved']],
  ['the disk is low', { mailkeep_filesystem_free_bytes: '600e6x20' }, ['MailkeepDiskLow']],
  ['a letter failed', { 'mailkeep_outbox_letters{state="failed"}': '1x20' }, ['MailkeepLetterNotSent']],
];

for (const [name, series, wanted] of STORIES)
  test(`the rules, when ${name}: ${wanted.join() || 'none'}`, { skip: withoutPromtool }, (t) => {
    assert.ok(PROMTOOL !== undefined);
    const well: Readonly<Record<string, string>> = {
      'up{job="mailkeep"}': '1x20',
      'mailkeep_alerts{kind="login"}': '0x20',
      'mailkeep_alerts{kind="stale"}': '0x20',
      'mailkeep_alerts{kind="storage"}': '0x20',
      mailkeep_damaged_files: '0x20',
      mailkeep_missing_files: '0x20',
      'mailkeep_proved_complete{account="qq"}': '1x20',
      mailkeep_filesystem_free_bytes: '9e9x20',
      mailkeep_filesystem_least_bytes: '512e6x20',
      'mailkeep_outbox_letters{state="failed"}': '0x20',
    };
    const path = join(temporaryDirectory(t), 'story.yaml');
    const rules = resolve('config/prometheus-alerts.yaml');
    const { groups } = parse(readFileSync(rules, 'utf8')) as {
      readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
    };
    const all = groups.flatMap((group) => group.rules.map(({ alert }) => alert));
    const lines = Object.entries({ ...well, ...series }).map(([one, values]) => ({ series: one, values }));
    const expr = 'count by (alertname) (ALERTS{alertstate="firing"})';
    const firing = wanted.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 }));
    const asked = [{ expr, eval_time: '11m', exp_samples: firing }];
    const story = {
      rule_files: [rules],
      tests: [{ interval: '1m', input_series: lines, promql_expr_test: asked }],
    };
    writeFileSync(path, JSON.stringify(story));
    const { status, stdout, stderr } = spawnSync(PROMTOOL, ['test', 'rules', path], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
    for (const alert of wanted) assert.ok(all.includes(alert), alert);
  });

test('an address is our own name, and so is the one that was configured; another may be rebound', () => {
  const rows: readonly (readonly [string | undefined, boolean])[] = [
    ['127.0.0.1:9125', true],
    ['127.0.0.1', true],
    ['[::1]:9125', true],
    ['192.168.1.5:9125', true],
    ['localhost', true],
    ['LocalHost:80', true],
    ['box:9125', true],
    [undefined, false],
    ['', false],
    ['evil.example', false],
    ['evil.example:9125', false],
    ['box.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['localhost:9125:1', false],
    ['::1', false],
    ['localhost/', false],
    ['[localhost', false],
    ['[127.0.0.1]', false],
    ['localhost.', false],
    ['me@127.0.0.1', false],
    ['127.0.0.1, evil.example', false],
  ];
  for (const [host, own] of rows) assert.equal(isOwnHost(host, ['Box']), own, host);
});

interface Got {
  readonly code: number | undefined;
  readonly type: string | undefined;
  readonly text: string;
}

function get(port: number, path: string, { method = 'GET', host = 'localhost' } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const headers = { host, connection: 'close' };
    const asked = request({ port, host: '127.0.0.1', path, method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const { statusCode: code } = answer;
        resolve({ code, type: answer.headers['content-type'], text: Buffer.concat(parts).toString() });
      });
    });
    asked.on('error', reject).end();
  });
}

test('the service serves what it did, and only that', async (t) => {
  const { house, provider, count } = await furnishedHouse(t);
  house.configure([wangAt(provider, { push: false })], { metrics: { listen: '127.0.0.1:0' } });
  const service = house.line.start('daemon');
  await until(() => service.said().includes('received'), service.said);
  const port = Number(/127\.0\.0\.1:(\d+)\/metrics/.exec(service.said())?.[1]);
  const { code, type, text } = await get(port, '/metrics');
  assert.deepEqual([code, type], [200, 'text/plain; version=0.0.4; charset=utf-8']);
  assert.equal(worthOf(text, 'mailkeep_stored_messages_total{account="wang"}'), count);
  assert.equal(worthOf(text, 'mailkeep_syncs_total{account="wang",result="good"}'), 1);
  assert.equal(
    worthOf(text, 'mailkeep_connections{account="wang",way="receive"}'),
    0,
    'each that was opened has ended',
  );
  assert.ok((worthOf(text, 'mailkeep_connections_opened_total{account="wang",way="receive"}') ?? 0) > 0);
  assert.ok((worthOf(text, 'process_open_fds') ?? 0) > 5);
  assert.ok(!text.includes(OWNER.password));
  assert.equal((await get(port, '/metrics', { host: 'evil.example' })).code, 421);
  assert.equal((await get(port, '/')).code, 404);
  assert.equal((await get(port, '/metrics', { method: 'POST' })).code, 405);
  assert.deepEqual((await get(port, '/metrics', { method: 'HEAD' })).text, '');
  await service.stop();
});

test('beyond this machine it answers by whatever name, as Prometheus calls it', async (t) => {
  const log = { error: () => undefined, info: () => undefined, warn: () => undefined };
  const families = async (): Promise<readonly Family[]> => [];
  const server = await serveMetrics({ listen: { host: '0.0.0.0', port: 0 }, families, log });
  t.after(() => server?.close());
  assert.equal((await get(server?.port ?? 0, '/metrics', { host: 'mail.example.org:9125' })).code, 200);
});

test('where it cannot listen the log says so, and where figures cannot be gathered the scrape fails alone', async (t) => {
  const said: string[] = [];
  const log = {
    error: (text: string) => said.push(text),
    info: () => undefined,
    warn: (text: string) => said.push(text),
  };
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const families = async (): Promise<never> => {
    throw new Error('the disk is gone');
  };
  assert.equal(await serveMetrics({ listen: { host: '127.0.0.1', port }, families, log }), undefined);
  const server = await serveMetrics({ listen: { host: '127.0.0.1', port: 0 }, families, log });
  t.after(() => server?.close());
  assert.equal((await get(server?.port ?? 0, '/metrics')).code, 503);
  assert.match(said[0] ?? '', /metrics cannot be served at .*EADDRINUSE/);
  assert.match(said[1] ?? '', /the disk is gone/);
});
