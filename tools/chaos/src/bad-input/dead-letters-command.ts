import { join } from 'node:path';
import { execa } from 'execa';
import type { WorkerEnvironment } from '../worker-process.ts';

const MAIN = join(import.meta.dirname, '../../../../apps/speed-layer/src/main.ts');
const FAILPOINT = join(import.meta.dirname, 'replay-failpoint.ts');

export type ReplayMoment = 'before the send' | 'after the send';

/** Runs `dead-letters …` as an operator would, as a process of its own, which may be killed in the midst. */
export async function deadLetters(
  environment: WorkerEnvironment,
  args: readonly string[],
  killed?: ReplayMoment,
): Promise<{ exitCode: number | undefined; signal: string | undefined; stdout: string; stderr: string }> {
  const preload = killed === undefined ? [] : ['--import', FAILPOINT];
  const failpoint = killed === undefined ? {} : { FAILPOINT: killed };
  const { exitCode, signal, stdout, stderr } = await execa(
    process.execPath,
    ['--disable-warning=TimeoutNegativeWarning', ...preload, MAIN, 'dead-letters', ...args],
    { env: { PATH: process.env['PATH'], ...environment, ...failpoint }, extendEnv: false, reject: false },
  );
  return { exitCode, signal, stdout, stderr };
}
