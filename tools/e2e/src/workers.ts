import {
  type App,
  appCommand,
  endedWell,
  type Environment,
  lastLines,
  nodeCommand,
  type Program,
  startProgram,
  until,
} from '@antenna/test-kit';
import { type Failpoint, failpointText } from './failpoint.ts';

const SPEED_LAYER = 'apps/speed-layer/src/main.ts';
const FAILPOINTS = './tools/e2e/src/failpoints.ts';

/** Starts a command of the speed layer, with its flags, as an operator would. */
export function startWorker(
  command: string | readonly string[],
  environment: Environment,
  failpoint?: Failpoint,
): Program {
  const preload = failpoint === undefined ? [] : ['--import', FAILPOINTS];
  const args = typeof command === 'string' ? [command] : command;
  return startProgram(
    nodeCommand([...preload, SPEED_LAYER, ...args], { ...environment, ...failpointSetting(failpoint) }),
  );
}

/** Likewise from a bundle, which may have the failpoints built in: it starts in half the time. */
export function startBundle(
  bundle: string,
  args: readonly string[],
  environment: Environment,
  failpoint?: Failpoint,
): Program {
  return startProgram(nodeCommand([bundle, ...args], { ...environment, ...failpointSetting(failpoint) }));
}

function failpointSetting(failpoint: Failpoint | undefined): Environment {
  return failpoint === undefined ? {} : { FAILPOINT: failpointText(failpoint) };
}

/** Starts the batch layer. */
export function startBatch(args: readonly string[], environment: Environment): Program {
  return startProgram(appCommand('batch-layer', args, environment));
}

/** Starts any application, with these settings and a log of JSON. */
export function startApp(app: App, args: readonly string[], environment: Environment): Program {
  return startProgram(appCommand(app, args, { LOG_FORMAT: 'json', ...environment }));
}

/** Drains the topic. @throws {ProgramFailedError} when the worker ends with another code than 0. */
export function drain(environment: Environment): Promise<void> {
  return endedWell(startWorker('drain', environment));
}

/** A process, and its output so far. */
export interface Watched {
  readonly worker: Program;
  readonly output: () => string;
}

/** Starts a worker that serves. */
export function serve(environment: Environment, failpoint?: Failpoint): Watched {
  return watched(startWorker('serve', environment, failpoint));
}

/** Collects the output of a process from now on. */
export function watched(worker: Program): Watched {
  let printed = '';
  worker.all.on('data', (data: Buffer) => (printed += data.toString()));
  return { worker, output: () => printed };
}

/** Waits until a worker has logged this number of claims. */
export async function hasClaimed({ output }: Pick<Watched, 'output'>, times = 1): Promise<void> {
  const isClaimed = () => output().split('"claimed"').length > times;
  await until(isClaimed, { what: `claim number ${times}`, deadlineMs: 60_000 });
}

/** Asks a worker to end. @throws {ProgramFailedError} when it ends with another code than 0. */
export async function stop(worker: Program): Promise<void> {
  worker.kill('SIGTERM');
  await endedWell(worker);
}

/** What a program that failed says last: code and message of its error. */
export function lastLine({ stderr }: { readonly stderr: string }): string {
  return lastLines(stderr, 1);
}
