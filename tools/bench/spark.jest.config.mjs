/** `npm run test:spark`: the batch layer with a real Spark, apart from `npm test`, which fetches none. */
export default {
  rootDir: '../..',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/tools/jest/one-realm.mjs'],
  transform: { '^.+\\.ts$': '<rootDir>/tools/jest/strip-types.cjs' },
  testMatch: ['<rootDir>/apps/batch-layer/src/**/*.acceptance.ts'],
  globalSetup: '<rootDir>/tools/bench/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/tools/bench/jest/global-teardown.mjs',
  maxWorkers: 1,
  verbose: true,
  // A query takes half a minute on a Spark that has just started, and longer on a busy machine.
  testTimeout: 300_000,
};
