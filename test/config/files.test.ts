// The files in config/: the example holds every key and is right, and the JSON Schema is that of the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseConfig } from '../../src/config/load.ts';
import { configShape } from '../../src/config/shape.ts';

const EXAMPLE = 'config/mailkeep.example.yaml';

test('the example file is right', () => {
  const config = parseConfig(readFileSync(EXAMPLE, 'utf8'), EXAMPLE, true, { env: {}, home: '/home/me' });
  assert.deepEqual(
    config.accounts.map(({ name }) => name),
    ['qq', 'work', 'outlook', 'gmail', 'university'],
  );
  assert.deepEqual(config.web?.listen, { host: '127.0.0.1', port: 8025 });
});

test('the example file shows every key', () => {
  const shown = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      shown.add(key);
      collect(inner);
    }
  };
  const text = readFileSync(EXAMPLE, 'utf8');
  collect(parse(text));
  const missing = keysOf(z.toJSONSchema(configShape)).filter(
    (key) => !shown.has(key) && !text.includes(`{ ${key}: `),
  );
  assert.deepEqual(missing, []);
});

test('the JSON Schema is the one of the program', () => {
  execFileSync(process.execPath, ['.ci/schema.mjs', '--check'], { stdio: 'pipe' });
});

function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]: [string, unknown]) =>
    key === 'properties'
      ? [...Object.keys(inner ?? {}), ...Object.values(inner ?? {}).flatMap(keysOf)]
      : keysOf(inner),
  );
}
