import { execa } from 'execa';
import { WorkerFailedError } from '../errors.ts';
import { checkout } from '../place.ts';

export interface WorkerCommand {
  /** As people type it, `node` left out. */
  readonly args: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

const SHOWN_LINES = 20;

/** How long a worker has to end by itself, before it is killed. */
const END_PATIENCE_MS = 10_000;

/**
 * Runs a worker as a user would, in the repository, with these settings and none of the demo's own environment.
 * @param signal ends it.
 * @returns what it wrote to standard output.
 * @throws {WorkerFailedError} with the command and the end of its output.
 */
export async function runWorker({ args, settings }: WorkerCommand, signal: AbortSignal): Promise<string> {
  const { PATH, HOME, NODE_OPTIONS } = process.env;
  const result = await execa(process.execPath, args, {
    cwd: checkout,
    env: { PATH, HOME, NODE_OPTIONS, ...settings },
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: END_PATIENCE_MS,
  });
  if (result.failed) throw new WorkerFailedError(failureOf(args, result));
  return result.stdout;
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly all: string;
}

function failureOf(args: readonly string[], { exitCode, signal, all }: Ended): string {
  const ending = signal === undefined ? `ended with exit code ${String(exitCode)}` : `was ended by ${signal}`;
  const lines = all.trimEnd().split('\n').slice(-SHOWN_LINES);
  return `\`node ${args.join(' ')}\` ${ending}; the end of its output:\n${lines.join('\n')}`;
}
