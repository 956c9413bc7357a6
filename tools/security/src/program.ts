import { join } from 'node:path';
import { execa } from 'execa';

const APPS = join(import.meta.dirname, '../../../apps');

/** Settings of a program: environment variables. */
export type Environment = Readonly<Record<string, string>>;

/** How a program ended. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** Log and errors. */
  readonly stderr: string;
}

/** Runs a program of the product as an operator would, with these settings and no others. */
export async function run(
  app: 'provisioner' | 'speed-layer' | 'batch-layer',
  args: readonly string[],
  env: Environment,
): Promise<Ended> {
  const flags = ['--disable-warning=TimeoutNegativeWarning', join(APPS, app, 'src', 'main.ts'), ...args];
  const { exitCode, stdout, stderr } = await execa(process.execPath, flags, {
    env: { PATH: process.env['PATH'], LOG_FORMAT: 'json', ...env },
    extendEnv: false,
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

/** What a program that failed says last: code and message of its error. */
export function lastLine({ stderr }: Ended): string {
  return stderr.trimEnd().split('\n').at(-1) ?? '';
}
