// Writes config/mailkeep.schema.json from the schema in the program; run it after `tsc`. With --check it only compares,
// and fails where they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { configShape } from '../dist/src/config/shape.js';

const path = new URL('../config/mailkeep.schema.json', import.meta.url);
const schema = { title: 'mailkeep configuration', ...z.toJSONSchema(configShape, { io: 'input' }) };
const style = await resolveConfig(path);
const text = await format(JSON.stringify(schema), { ...style, parser: 'json' });
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  process.stderr.write(
    'config/mailkeep.schema.json is not what src/config/shape.ts says; run node .ci/schema.mjs\n',
  );
  process.exitCode = 1;
}
