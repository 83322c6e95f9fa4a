#!/usr/bin/env node
// The process: arguments in, one command, an exit code out. Nothing else happens here, and nothing calls process.exit, so
// that what was written is flushed.
import { processStreams } from './cli/output.ts';
import { run } from './cli/program.ts';

process.exitCode = await run(process.argv.slice(2), processStreams());
