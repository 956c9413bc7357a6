import { join } from 'node:path';
import { execa } from 'execa';
import { type Failpoint, failpointText } from './failpoint.ts';

const MAIN = join(import.meta.dirname, '../../../apps/speed-layer/src/main.ts');
const FAILPOINTS = join(import.meta.dirname, 'failpoints.ts');

/** Settings of a worker: environment variables. */
export type WorkerEnvironment = Readonly<Record<string, string>>;

/** Starts the speed layer as an operator would, as a process of its own, if wanted with a failpoint. */
export function startWorker(
  command: 'serve' | 'drain' | 'status' | 'acknowledge-gap',
  environment: WorkerEnvironment,
  failpoint?: Failpoint,
) {
  const preload = failpoint === undefined ? [] : ['--import', FAILPOINTS];
  const failpointSetting = failpoint === undefined ? {} : { FAILPOINT: failpointText(failpoint) };
  return execa(process.execPath, ['--disable-warning=TimeoutNegativeWarning', ...preload, MAIN, command], {
    env: { PATH: process.env['PATH'], ...environment, ...failpointSetting },
    extendEnv: false,
    reject: false,
    all: true,
    forceKillAfterDelay: 60_000,
  });
}

/** How a worker ended; what it printed only when it did not end well, so that a failed test shows it. */
export async function ending(
  worker: ReturnType<typeof startWorker>,
): Promise<{ exitCode: number | undefined; printed: string }> {
  const { exitCode, all } = await worker;
  return { exitCode, printed: exitCode === 0 ? '' : all };
}

export const DONE = { exitCode: 0, printed: '' };
