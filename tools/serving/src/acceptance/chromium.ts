import { existsSync } from 'node:fs';
import { ProgramMissingError, type Report } from '@antenna/local-stack';
import { execa } from 'execa';

const debian = '/usr/bin/chromium';

/**
 * The browser: Debian's Chromium, or the one that CHROMIUM names. It is installed where it is missing and may be.
 * @throws {ProgramMissingError}
 */
export async function chromium(report: Report): Promise<string> {
  const named = process.env['CHROMIUM'] ?? '';
  if (named !== '') return named;
  if (!existsSync(debian)) await install(report);
  return debian;
}

async function install(report: Report): Promise<void> {
  report('chromium: installing it with apt-get');
  const args = ['install', '--yes', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'];
  await execa('apt-get', ['update'], { reject: false, stdin: 'ignore' });
  const { failed, all } = await execa('apt-get', args, { reject: false, stdin: 'ignore', all: true });
  if (!failed && existsSync(debian)) return;
  throw new ProgramMissingError(
    `Chromium is not on this machine, and apt-get could not install it (${all.split('\n').at(-1) ?? ''}); ` +
      `install it and name it in CHROMIUM`,
  );
}
