import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';

/** The user that a server runs as where that is not ours. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  readonly user?: User | undefined;
  /** Beside the variables of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Starts a process that outlives this one, its output appended to a log.
 * @returns its pid, and a promise that is rejected when it ends while this process still runs.
 */
export async function launch(
  { file, args, user, env }: CommandLine,
  logFile: string,
): Promise<{ readonly pid: number; readonly ended: Promise<never> }> {
  const log = await open(logFile, 'a');
  try {
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      cwd: '/',
      env: { ...process.env, ...env },
      ...user,
    });
    const ended = once(child, 'exit').then(async ([code, signal]: unknown[]) => {
      throw new Error(`it ended with ${String(code ?? signal)}; the last of its log:\n${await lastLines(logFile)}`);
    });
    // Keeps an end for which no caller waits from being an unhandled rejection.
    ended.catch(() => undefined);
    if (child.pid === undefined) return await ended;
    child.unref();
    return { pid: child.pid, ended };
  } finally {
    await log.close();
  }
}

async function lastLines(path: string, count = 12): Promise<string> {
  const lines = (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n');
  return lines.slice(-count).join('\n');
}
