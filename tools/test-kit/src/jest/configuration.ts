import type { Config } from 'jest';
import { join } from 'node:path';

const here = (file: string): string => join(import.meta.dirname, file);

/** What the tests of all projects are run with: TypeScript as Node runs it, one realm, and a record of what is printed. */
export const everyProject = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: [here('each-test-file.ts')],
  transform: { '^.+\\.ts$': here('strip-types.ts') },
} satisfies Config;

/** Starts the services of a run before its first test, and ends them after its last. */
export const withServices = {
  globalSetup: here('start-services.ts'),
  globalTeardown: here('stop-services.ts'),
} satisfies Config;

/** Fails a run whose programs print a secret or a person. */
export const secretReporter = here('secret-reporter.ts');
