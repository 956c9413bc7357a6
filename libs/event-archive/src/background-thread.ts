import { setPriority } from 'node:os';

/** Nice value at which a thread gets about a tenth of the CPU time of one with nice value 0 when CPU is scarce. */
export const BACKGROUND_PRIORITY = 10;

/**
 * From now on all other threads of the machine have precedence: a file may wait, a commit may not. On Linux, 0 is the
 * calling thread (setpriority(2)). Elsewhere it is the whole process, whose priority stays unchanged.
 */
export function giveWay(): void {
  if (process.platform === 'linux') setPriority(0, BACKGROUND_PRIORITY);
}
