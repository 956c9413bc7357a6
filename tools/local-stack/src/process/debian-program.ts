import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { ProgramMissingError } from '../errors.ts';
import type { Report } from '../report.ts';

/** A program that comes with Debian. */
export interface DebianProgram {
  /** As people know it: `Chromium`. */
  readonly name: string;
  /** Where its package puts it. */
  readonly file: string;
  readonly packages: readonly string[];
  /** What to do where it cannot be installed. */
  readonly advice: string;
}

/**
 * Installs a program where it is missing and may be installed.
 * @returns its file.
 * @throws {ProgramMissingError}
 */
export async function debianProgram({ name, file, packages, advice }: DebianProgram, report: Report): Promise<string> {
  if (existsSync(file)) return file;
  report(`${name}: installing it with apt-get`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await execa('apt-get', ['update'], { reject: false, stdin: 'ignore' });
  const { failed, all } = await execa('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], {
    reject: false,
    stdin: 'ignore',
    all: true,
    env,
  });
  if (!failed && existsSync(file)) return file;
  const said = all.trim().split('\n').at(-1) ?? '';
  throw new ProgramMissingError(
    `${name} is not on this machine, and apt-get could not install it (${said}); ${advice}`,
  );
}
