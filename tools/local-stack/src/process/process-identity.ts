import { readFile, readdir } from 'node:fs/promises';
import { execa } from 'execa';

/**
 * The start time of a process, which distinguishes it from a later one with the same pid. Undefined when no such
 * process runs; a process that has ended and was not yet collected by its parent does not run.
 */
export async function identityOf(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

async function fromProc(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The name, in brackets, may hold spaces and brackets; the fields after it are counted from 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTicks = fields[22 - 3];
  return state === 'Z' && !(await hasThreads(pid)) ? undefined : startTicks;
}

/** The first thread of a killed process can be gone while others still hold its files and ports. */
async function hasThreads(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  return threads.length > 1;
}

async function fromPs(pid: number): Promise<string | undefined> {
  const { stdout } = await execa('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], { reject: false });
  const line = stdout.trim();
  return line === '' || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ')).trim();
}
