import { join } from 'node:path';
import { execa } from 'execa';
import { type Failpoint, failpointText } from './failpoint.ts';

const MAIN = join(import.meta.dirname, '../../../apps/speed-layer/src/main.ts');
const BATCH_MAIN = join(import.meta.dirname, '../../../apps/batch-layer/src/main.ts');
const PROVISIONER_MAIN = join(import.meta.dirname, '../../../apps/provisioner/src/main.ts');
const FAILPOINTS = join(import.meta.dirname, 'failpoints.ts');

/** Settings of a worker: environment variables. */
export type WorkerEnvironment = Readonly<Record<string, string>>;

export type WorkerCommand = 'serve' | 'drain' | 'status' | 'acknowledge-gap' | 'release-group';

/** Starts the speed layer as an operator would, as a process of its own, if wanted with a failpoint. */
export function startWorker(command: WorkerCommand, environment: WorkerEnvironment, failpoint?: Failpoint) {
  const preload = failpoint === undefined ? [] : ['--import', FAILPOINTS];
  return startProgram([...preload, MAIN, command], { ...environment, ...failpointSetting(failpoint) });
}

/** Likewise from a program that was bundled, perhaps with the failpoints built in: it starts in half the time. */
export function startWorkerFrom(
  program: string,
  args: readonly string[],
  environment: WorkerEnvironment,
  failpoint?: Failpoint,
) {
  return startProgram([program, ...args], { ...environment, ...failpointSetting(failpoint) });
}

/** Starts one of the speed layer's commands for operators, with its flags. */
export function startCommand(args: readonly string[], environment: WorkerEnvironment) {
  return startProgram([MAIN, ...args], environment);
}

/** Starts the batch layer. */
export function startBatch(args: readonly string[], environment: WorkerEnvironment) {
  return startProgram([BATCH_MAIN, ...args], environment);
}

/** Starts the provisioner. */
export function startProvisioner(environment: WorkerEnvironment) {
  return startProgram([PROVISIONER_MAIN], environment);
}

function startProgram(args: readonly string[], environment: WorkerEnvironment) {
  return execa(process.execPath, ['--disable-warning=TimeoutNegativeWarning', ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    extendEnv: false,
    reject: false,
    all: true,
    forceKillAfterDelay: 60_000,
  });
}

function failpointSetting(failpoint: Failpoint | undefined): WorkerEnvironment {
  return failpoint === undefined ? {} : { FAILPOINT: failpointText(failpoint) };
}

/** How a worker ended; what it printed only when it did not end well, so that a failed test shows it. */
export async function ending(
  worker: ReturnType<typeof startWorker>,
): Promise<{ exitCode: number | undefined; printed: string }> {
  const { exitCode, all } = await worker;
  return { exitCode, printed: exitCode === 0 ? '' : all };
}

export const DONE = { exitCode: 0, printed: '' };
