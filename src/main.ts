#!/usr/bin/env node
// The process: arguments in, one command, an exit code out. Nothing else happens here, and nothing calls process.exit but what
// nobody foresaw, so that what was written is flushed.
import { processStreams } from './cli/output.ts';
import { run } from './cli/program.ts';
import { foreseeNothing } from './cli/unforeseen.ts';

foreseeNothing();
process.exitCode = await run(process.argv.slice(2), processStreams());
