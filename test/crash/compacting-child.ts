// Run under strace: makes a snapshot of the journal `qq` of the archive of its first argument, as the service does at night.
import { Journal } from '../../src/archive/journal.ts';

const made = await new Journal(process.argv[2] ?? '').compact('qq');
process.exitCode = made === null ? 3 : 0;
