import type { ServiceName } from '@antenna/local-stack';

/** The images of the services that tests run against; docker/compose.yaml runs the same. */
export const serviceImages: Readonly<Record<ServiceName, string>> = {
  postgres: 'postgres:18.4',
  kafka: 'apache/kafka:4.3.1',
  gcs: 'fsouza/fake-gcs-server:1.56.1',
};

/** Others to use instead, where these cannot be had. They take the same settings. */
const variables = { postgres: 'TEST_POSTGRES_IMAGE', kafka: 'TEST_KAFKA_IMAGE', gcs: 'TEST_GCS_IMAGE' } as const;

/** The image of a service, unless the environment names another one. */
export function imageOf(service: ServiceName): string {
  const other = process.env[variables[service]];
  return other === undefined || other === '' ? serviceImages[service] : other;
}
