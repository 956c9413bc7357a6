import { ProductError } from '@antenna/cli';
import { execa } from 'execa';
import { watchMemory } from './memory.ts';
import { cpuSecondsOfEndedChildren } from './processes.ts';

/** A measured program failed: it has no figures. */
export class ContestantFailedError extends ProductError {
  readonly code = 'CONTESTANT_FAILED';
}

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  /** All its environment but PATH and HOME. */
  readonly env: Readonly<Record<string, string>>;
}

/** What processes used from their start to their end, their children included. */
export interface Usage {
  readonly wallSeconds: number;
  /** User and system. */
  readonly cpuSeconds: number;
  readonly peakMemoryBytes: number;
}

export interface Measured {
  readonly usage: Usage;
  /** What each wrote to standard output. */
  readonly outputs: readonly string[];
}

/**
 * Runs programs, all at once, to their end. This process must not start anything else meanwhile.
 * @throws {ContestantFailedError} when one does not end with 0.
 */
export async function runMeasured(commands: readonly CommandLine[]): Promise<Measured> {
  const cpuBefore = cpuSecondsOfEndedChildren();
  const startedMs = performance.now();
  const programs = commands.map(start);
  const memory = watchMemory(() => programs.flatMap(({ pid }) => pid ?? []));
  // They do not throw: a failure is a kind of ending.
  const endings = await Promise.all(programs);
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const peakMemoryBytes = memory.stop();
  for (const ending of endings) {
    if (ending.failed) throw new ContestantFailedError(`${ending.escapedCommand}\n${lastLines(ending.all)}`);
  }
  const usage = { wallSeconds, cpuSeconds: cpuSecondsOfEndedChildren() - cpuBefore, peakMemoryBytes };
  return { usage, outputs: endings.map(({ stdout }) => stdout) };
}

/** Starts a program in the way that all are measured. */
export function start({ file, args, env }: CommandLine) {
  const { PATH, HOME } = process.env;
  return execa(file, args, {
    env: { PATH, HOME, ...env },
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    forceKillAfterDelay: 30_000,
  });
}

export function lastLines(text: string, count = 15): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
