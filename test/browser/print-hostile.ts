// Prints what each of twenty hostile mails made a browser do: nothing. `npm run hostile`.
import { withoutBrowser } from './browser.ts';
import { openHostile } from './open-hostile.ts';

const reason = withoutBrowser();
if (reason !== false) process.stdout.write(`${reason}\n`);
else {
  const endings: (() => void | Promise<void>)[] = [];
  try {
    const { outcomes, names } = await openHostile({ after: (ending) => endings.unshift(ending) });
    process.stdout.write('page  elsewhere, scripts, dialogs, windows, files  mail\n');
    for (const { mail, own, bad } of outcomes)
      process.stdout.write(
        `${String(own).padStart(4)}  ${(bad.join(' ') || 'nothing').padEnd(46)}  ${mail}\n`,
      );
    process.stdout.write(`host names looked up: ${names.join(' ') || 'none'}\n`);
    if (names.length > 0 || outcomes.some(({ bad }) => bad.length > 0)) process.exitCode = 1;
  } finally {
    for (const ending of endings) await ending();
  }
}
