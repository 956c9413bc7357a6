import { setPriority } from 'node:os';

/** Gets about a tenth of the time that a thread of priority 0 gets where there is not enough for both. */
export const BACKGROUND_PRIORITY = 10;

/**
 * Lets all other threads of the machine go first from now on: a file may wait, a commit may not. Only on Linux is 0 the
 * calling thread (setpriority(2)); elsewhere it is the process, which stays as it is.
 */
export function giveWay(): void {
  if (process.platform === 'linux') setPriority(0, BACKGROUND_PRIORITY);
}
