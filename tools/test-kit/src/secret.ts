import { randomBytes } from 'node:crypto';

/** Begins every secret of the tests; nothing else contains it. */
export const secretMark = 'hush7q';

/**
 * A password that nobody has used before, of letters and digits. All output of the tests is searched for such secrets
 * (tools/jest/untold-secrets.mjs): so every secret that a test gives to a program is made here.
 */
export function testSecret(): string {
  return `${secretMark}${randomBytes(12).toString('hex')}`;
}
