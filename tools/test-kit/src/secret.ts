import { createHash, randomBytes } from 'node:crypto';
import { addressOf } from './service-addresses.ts';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** Begins every secret of the tests; nothing else contains it. */
export const secretMark = 'hush7q';

/**
 * A new random password of letters and digits. All output of the tests is searched for such secrets
 * (jest/secret-reporter.ts), so every secret that a test gives to a program is made by this function.
 */
export function testSecret(): string {
  return `${secretMark}${randomBytes(12).toString('hex')}`;
}

/** Likewise, the same for all tests of a run: for logins of the server, which tests that run at once share. */
export function secretOfRun(): string {
  return `${secretMark}${createHash('sha256').update(addressOf('postgres')).digest('hex').slice(0, 24)}`;
}

/**
 * Keeps what a program of ours, run inside the process of the tests, has printed, to be searched for secrets like the
 * output of all others (jest/each-test-file.ts).
 */
export function recordOutput(to: 'stdout' | 'stderr', text: string): void {
  const folder = process.env['TEST_OUTPUT_FOLDER'];
  if (folder !== undefined) appendFileSync(join(folder, `${process.pid}-inside.${to}`), text);
}
