import { readProcessStat, readProcessTable } from './process-table.ts';
import { cpuSecondsOf, processTree } from './process-tree.ts';

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
