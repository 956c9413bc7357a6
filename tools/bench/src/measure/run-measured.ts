import { ProductError } from '@antenna/cli';
import { type CommandLine, lastLines, startProgram } from '@antenna/test-kit';
import { watchMemory } from './memory.ts';
import { cpuSecondsOfEndedChildren } from './processes.ts';

/** A measured program failed: it has no figures. */
export class ContestantFailedError extends ProductError {
  readonly code = 'CONTESTANT_FAILED';
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
  const programs = commands.map((command) => startProgram(command));
  const memory = watchMemory(() => programs.flatMap(({ pid }) => pid ?? []));
  // They do not throw: a failure is a kind of ending.
  const endings = await Promise.all(programs);
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const peakMemoryBytes = memory.stop();
  for (const ending of endings) {
    if (ending.failed) throw new ContestantFailedError(`${ending.escapedCommand}\n${lastLines(ending.all, 15)}`);
  }
  const usage = { wallSeconds, cpuSeconds: cpuSecondsOfEndedChildren() - cpuBefore, peakMemoryBytes };
  return { usage, outputs: endings.map(({ stdout }) => stdout) };
}
