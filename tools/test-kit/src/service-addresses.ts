import { randomBytes } from 'node:crypto';
import type { ServiceName } from '@antenna/local-stack';

/** The variables that name the services of the tests, never the workers' own. */
export const addressVariables = {
  postgres: 'TEST_DATABASE_URL',
  kafka: 'TEST_KAFKA_BROKERS',
  gcs: 'TEST_GCS_URL',
} as const;

/** Set by the global set-up: a database with the product's schema, of which each test gets a copy. */
export const templateVariable = 'TEST_TEMPLATE_DATABASE';

/** @throws when there is none, as in a `*.test.ts`: services are for `*.itest.ts`. */
export function addressOf(service: keyof typeof addressVariables): string {
  const variable = addressVariables[service];
  const address = process.env[variable];
  if (address !== undefined && address !== '') return address;
  throw new Error(
    `${variable} is not set: services are there for *.itest.ts, run by jest from the root of the checkout`,
  );
}

/** A name that no other test has, in letters that databases, topics and buckets allow. */
export function uniqueName(): string {
  return `test-${randomBytes(8).toString('hex')}`;
}

/** Where the services are that were started for one run of the tests. */
export type Addresses = Partial<Record<ServiceName, string>>;

/** Takes what has to be done when the run ends, also if it ends while services are starting. */
export type AtEnd = (work: () => Promise<void>) => void;
