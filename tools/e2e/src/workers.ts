import {
  type App,
  appCommand,
  type Environment,
  lastLines,
  nodeCommand,
  type Program,
  startProgram,
} from '@antenna/test-kit';
import { type Failpoint, failpointText } from './failpoint.ts';

const SPEED_LAYER = 'apps/speed-layer/src/main.ts';
const FAILPOINTS = './tools/e2e/src/failpoints.ts';
const REPLAY_FAILPOINT = './tools/e2e/src/replay-failpoint.ts';

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

/** Starts the batch layer. */
export function startBatch(args: readonly string[], environment: Environment): Program {
  return startProgram(appCommand('batch-layer', args, environment));
}

export type ReplayMoment = 'before the send' | 'after the send';

/** Starts `dead-letters …`, which may be killed in the midst of a replay. */
export function startDeadLetters(environment: Environment, args: readonly string[], killed?: ReplayMoment): Program {
  const preload = killed === undefined ? [] : ['--import', REPLAY_FAILPOINT];
  const failpoint = killed === undefined ? {} : { FAILPOINT: killed };
  return startProgram(
    nodeCommand([...preload, SPEED_LAYER, 'dead-letters', ...args], { ...environment, ...failpoint }),
  );
}

function failpointSetting(failpoint: Failpoint | undefined): Environment {
  return failpoint === undefined ? {} : { FAILPOINT: failpointText(failpoint) };
}

/** Starts any application, with these settings and a log of JSON. */
export function startApp(app: App, args: readonly string[], environment: Environment): Program {
  return startProgram(appCommand(app, args, { LOG_FORMAT: 'json', ...environment }));
}

/** What a program that failed says last: code and message of its error. */
export function lastLine({ stderr }: { readonly stderr: string }): string {
  return lastLines(stderr, 1);
}
