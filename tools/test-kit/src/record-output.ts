import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Keeps what a program of ours, run inside the process of the tests, has printed, to be searched for secrets like the
 * output of all others (jest/record-programs.ts).
 */
export function recordOutput(to: 'stdout' | 'stderr', text: string): void {
  const folder = process.env['TEST_OUTPUT_FOLDER'];
  if (folder !== undefined) appendFileSync(join(folder, `${process.pid}-inside.${to}`), text);
}
