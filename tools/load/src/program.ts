import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { LoadFailedError } from './errors.ts';
import { memoryOf, type ProcessMemory } from './process-memory.ts';

const APPS = join(import.meta.dirname, '../../../apps');
const SAMPLE_MS = 200;

/** Settings of a program: environment variables. */
export type Environment = Readonly<Record<string, string>>;

/** Starts a program as an operator would. */
export function start(app: 'speed-layer' | 'batch-layer', args: readonly string[], env: Environment) {
  const main = join(APPS, app, 'src', 'main.ts');
  return execa(process.execPath, ['--disable-warning=TimeoutNegativeWarning', main, ...args], {
    env: { PATH: process.env['PATH'], LOG_FORMAT: 'json', ...env },
    extendEnv: false,
    reject: false,
    all: true,
    maxBuffer: 10 * 2 ** 20,
    // A broken stop is to be noticed, not waited for.
    forceKillAfterDelay: 60_000,
  });
}

export type Program = ReturnType<typeof start>;

/** What a program that did its work used. */
export interface Use {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly printed: string;
}

/**
 * Runs a program to its end and watches its memory.
 * @throws when it did not end with 0.
 */
export async function measured(
  app: 'speed-layer' | 'batch-layer',
  args: readonly string[],
  env: Environment,
): Promise<Use> {
  const startedMs = performance.now();
  const program = start(app, args, env);
  let peakMiB = 0;
  // As long as it can be read, the process has not ended.
  for (let memory = await memoryIn(program); memory !== undefined; memory = await memoryIn(program)) {
    ({ peakMiB } = memory);
    await Promise.race([program, delay(SAMPLE_MS)]);
  }
  const { exitCode, all } = await program;
  if (exitCode !== 0) throw new LoadFailedError(`${app} ${args.join(' ')} ended with ${String(exitCode)}:\n${all}`);
  return { seconds: (performance.now() - startedMs) / 1000, peakMiB, printed: all };
}

function memoryIn({ pid }: Program): Promise<ProcessMemory | undefined> {
  return pid === undefined ? Promise.resolve(undefined) : memoryOf(pid);
}
