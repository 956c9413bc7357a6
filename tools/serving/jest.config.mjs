/** `npm run test:serving`: a real Superset in a real browser, apart from `npm test`, which needs neither. */
export default {
  rootDir: '../..',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/tools/jest/one-realm.mjs'],
  transform: { '^.+\\.ts$': '<rootDir>/tools/jest/strip-types.cjs' },
  testMatch: ['<rootDir>/tools/serving/src/**/*.acceptance.ts'],
  globalSetup: '<rootDir>/tools/serving/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/tools/serving/jest/global-teardown.mjs',
  maxWorkers: 1,
  verbose: true,
  // Installation, two browsers' worth of pages, and whatever else the machine does.
  testTimeout: 900_000,
};
