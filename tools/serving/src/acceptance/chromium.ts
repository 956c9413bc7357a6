import { debianProgram, type Report } from '@antenna/local-stack';

/**
 * The browser: Debian's Chromium, or the one that CHROMIUM names. It is installed where it is missing and may be.
 * @throws {ProgramMissingError}
 */
export async function chromium(report: Report): Promise<string> {
  const named = process.env['CHROMIUM'] ?? '';
  if (named !== '') return named;
  return debianProgram(
    {
      name: 'Chromium',
      file: '/usr/bin/chromium',
      packages: ['chromium', 'fonts-dejavu-core'],
      advice: 'install it and name it in CHROMIUM',
    },
    report,
  );
}
