import { readFile } from 'node:fs/promises';

/** Memory of a process, in MiB. */
export interface ProcessMemory {
  readonly residentMiB: number;
  /** The most that it ever was. */
  readonly peakMiB: number;
}

/** As Linux tells it; undefined when the process has ended. */
export async function memoryOf(pid: number): Promise<ProcessMemory | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [resident, peak] = ['VmRSS', 'VmHWM'].map(
    (name) => new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1],
  );
  if (resident === undefined || peak === undefined) return undefined;
  return { residentMiB: Number(resident) / 1024, peakMiB: Number(peak) / 1024 };
}
