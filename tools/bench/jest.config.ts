import { everyProject } from '@antenna/test-kit/jest';
import type { Config } from 'jest';

/** `npm run test:spark`: the batch layer with a real Spark, apart from `npm test`, which fetches none. */
export default {
  ...everyProject,
  rootDir: '../..',
  testMatch: ['<rootDir>/apps/batch-layer/src/**/*.acceptance.ts'],
  globalSetup: '<rootDir>/tools/bench/src/spark-tests/start-spark.ts',
  globalTeardown: '<rootDir>/tools/bench/src/spark-tests/stop-spark.ts',
  maxWorkers: 1,
  verbose: true,
  // A query takes half a minute on a Spark that has just started, and longer on a busy machine.
  testTimeout: 300_000,
} satisfies Config;
