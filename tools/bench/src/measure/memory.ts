import { readFileSync } from 'node:fs';
import { processTree, readProcessTable } from './processes.ts';

const LOOK_MS = 50;
/** The members of a tree change seldom, and to find them costs more than to look at them. */
const LOOKS_PER_SEARCH = 4;

export interface MemoryWatch {
  /** Ends the watch. @returns the most that was held at once, in bytes. */
  stop(): number;
}

/**
 * Watches how much memory processes and their children hold: the sum of what each living member held at its peak
 * (`VmHWM`, which the kernel keeps, so that no peak is missed between two looks).
 */
export function watchMemory(roots: () => readonly number[]): MemoryWatch {
  let peakBytes = 0;
  let members: readonly number[] = [];
  let looks = 0;
  const look = (): void => {
    if (looks++ % LOOKS_PER_SEARCH === 0) members = membersOf(roots());
    peakBytes = Math.max(
      peakBytes,
      members.reduce((sum, pid) => sum + peakBytesOf(pid), 0),
    );
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
      return peakBytes;
    },
  };
}

function membersOf(roots: readonly number[]): number[] {
  const table = readProcessTable();
  return roots.flatMap((root) => processTree(table, root).map(({ pid }) => pid));
}

/** 0 for one that has ended. */
function peakBytesOf(pid: number): number {
  return statusBytes(pid, 'VmHWM') ?? 0;
}

/** What a process holds in memory now, in bytes; undefined for one that has ended. */
export function residentBytes(pid: number): number | undefined {
  return statusBytes(pid, 'VmRSS');
}

function statusBytes(pid: number, field: 'VmHWM' | 'VmRSS'): number | undefined {
  try {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    )?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
