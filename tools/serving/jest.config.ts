import { everyProject } from '@antenna/test-kit/jest';
import type { Config } from 'jest';

/** `npm run test:serving`: a real Superset in a real browser, apart from `npm test`, which needs neither. */
export default {
  ...everyProject,
  rootDir: '../..',
  testMatch: ['<rootDir>/tools/serving/src/**/*.acceptance.ts'],
  globalSetup: '<rootDir>/tools/serving/src/acceptance/serving-fixture.ts',
  globalTeardown: '<rootDir>/tools/serving/src/acceptance/stop-fixture.ts',
  maxWorkers: 1,
  verbose: true,
  // Covers an installation and the pages of two browsers on a busy machine.
  testTimeout: 900_000,
} satisfies Config;
