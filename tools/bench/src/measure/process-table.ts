import { readdirSync, readFileSync } from 'node:fs';
import { NotMeasurableError } from '../errors.ts';
import { parseProcessStat, type ProcessStat } from './process-stat.ts';

export type ProcessTable = ReadonlyMap<number, ProcessStat>;

/**
 * All processes of this machine, as of now.
 * @throws {NotMeasurableError} where there is no /proc.
 */
export function readProcessTable(): ProcessTable {
  const stats = entries()
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readProcessStat(pid) ?? []);
  return new Map(stats.map((stat) => [stat.pid, stat]));
}

/** Undefined when there is no such process any more. */
export function readProcessStat(pid: number | string): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

function entries(): string[] {
  try {
    return readdirSync('/proc');
  } catch (error) {
    throw new NotMeasurableError('what processes use is read from /proc: run the benchmark on Linux', { cause: error });
  }
}
