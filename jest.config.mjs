const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/tools/jest/one-realm.mjs', '<rootDir>/tools/jest/record-output.mjs'],
  transform: { '^.+\\.ts$': '<rootDir>/tools/jest/strip-types.cjs' },
};

/**
 * One configuration for all projects. `*.test.ts` needs nothing but Node; `*.itest.ts` runs against real services,
 * which the global set-up finds or starts once for the run.
 */
export default {
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/tools/jest/untold-secrets.mjs'],
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.itest.ts'],
      globalSetup: '<rootDir>/tools/jest/global-setup.mjs',
      globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
    },
  ],
  // Of many tests that start several processes each, on a machine that may do other things too.
  testTimeout: 180_000,
};
