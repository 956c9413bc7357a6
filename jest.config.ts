import type { Config } from 'jest';
import { everyProject, secretReporter, withServices } from '@antenna/test-kit/jest';

/**
 * One configuration for all projects. `*.test.ts` needs nothing but Node; `*.itest.ts` runs against real services,
 * which the global set-up finds or starts once for the run.
 */
export default {
  maxWorkers: 2,
  reporters: ['default', secretReporter],
  projects: [
    { ...everyProject, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.test.ts'] },
    {
      ...everyProject,
      ...withServices,
      displayName: 'integration',
      testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.itest.ts'],
    },
  ],
  // Of many tests that start several processes each, on a machine that may do other things too.
  testTimeout: 300_000,
} satisfies Config;
