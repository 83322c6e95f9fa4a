// What a command file gives to the program: a function that adds it, and the example that closes its help.
import type { Command } from 'commander';
import type { Frame } from './output.ts';

/**
 * Adds one command. Its action may be asynchronous, and throws MailError; the frame tells it and sets the exit code. The
 * options of every command (--config, --json, --quiet, --verbose) are the program's own, and come in as `frame`.
 */
export type Register = (program: Command, frame: Frame) => void;

/** The end of a command's help: `.addHelpText('after', example('mailkeep sync qq'))`. */
export function example(...lines: readonly string[]): string {
  return `\nExample:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
