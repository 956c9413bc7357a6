/** What the kernel tells of a process. */
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
