import { readdirSync, readFileSync } from 'node:fs';
import { ProductError } from '@antenna/cli';

/** This machine cannot tell what a process uses. */
export class NotMeasurableError extends ProductError {
  readonly code = 'NOT_MEASURABLE';
}

/** The kernel's accounting of a process. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of all its threads, ended ones included. */
  readonly cpuSeconds: number;
  /** Likewise of those of its children, and theirs, that have ended and were waited for. */
  readonly endedChildrenCpuSeconds: number;
}

/** `USER_HZ`: what times in /proc are counted in, 100 a second on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** @param text of `/proc/<pid>/stat`; its fields are described in proc_pid_stat(5). */
export function parseProcessStat(text: string): ProcessStat {
  // The name, in brackets, may hold spaces and brackets; the fields after it are counted from 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid: Number.parseInt(text, 10),
    parent: field(4),
    cpuSeconds: (field(14) + field(15)) / TICKS_PER_SECOND,
    endedChildrenCpuSeconds: (field(16) + field(17)) / TICKS_PER_SECOND,
  };
}

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
function readProcessStat(pid: number | string): ProcessStat | undefined {
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

/** A process and all that it and its children have started, as far as they run. */
export function processTree(table: ProcessTable, root: number): readonly ProcessStat[] {
  const children = Map.groupBy(table.values(), ({ parent }) => parent);
  const found: ProcessStat[] = [];
  const visit = (pid: number): void => {
    const stat = table.get(pid);
    if (stat !== undefined) found.push(stat);
    for (const child of children.get(pid) ?? []) visit(child.pid);
  };
  visit(root);
  return found;
}

/** What a tree has used until now. It never becomes less, as long as its members wait for their children. */
export function cpuSecondsOf(tree: readonly ProcessStat[]): number {
  return tree.reduce((sum, { cpuSeconds, endedChildrenCpuSeconds }) => sum + cpuSeconds + endedChildrenCpuSeconds, 0);
}

/** CPU seconds that a running process and its children have used since they were started. */
export function cpuSecondsOfTree(pid: number): number {
  return cpuSecondsOf(processTree(readProcessTable(), pid));
}

/**
 * CPU seconds of all processes that this one has started and that have ended, to the hundredth: the kernel adds them up
 * when they are waited for, so that nothing is lost between two looks.
 */
export function cpuSecondsOfEndedChildren(): number {
  return readProcessStat('self')?.endedChildrenCpuSeconds ?? Number.NaN;
}
