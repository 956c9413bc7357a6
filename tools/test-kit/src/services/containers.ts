import { freePorts, kafkaProperties, type ServiceName } from '@antenna/local-stack';
import { execa } from 'execa';
import type { GenericContainer } from 'testcontainers';
import type { Addresses, AtEnd } from '../service-addresses.ts';
import { testSecret } from '../secret.ts';

/** Quick where there is no Docker, which is why testcontainers is not asked. */
export async function dockerAnswers(): Promise<boolean> {
  const { failed } = await execa('docker', ['version', '--format', '{{.Server.Version}}'], {
    reject: false,
    timeout: 5_000,
  });
  return !failed;
}

/** Kafka alone takes 40 s on a machine of two cores that does other things, too. */
const START_PATIENCE_MS = 180_000;

interface Recipe {
  readonly address: string;
  readonly container: GenericContainer;
}

/**
 * The services as containers, at ports of this machine that are chosen beforehand: what a broker and a GCS server tell
 * their clients to connect to must be known when they start.
 */
export async function containers(services: readonly ServiceName[], atEnd: AtEnd): Promise<Addresses> {
  const recipes = await recipesFor();
  const outcomes = await Promise.allSettled(services.map((service) => recipes[service].container.start()));
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  // testcontainers itself ends what is left when this process dies.
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((container) => container.stop()));
  };
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason as unknown;
  }
  atEnd(stop);
  return Object.fromEntries(services.map((service) => [service, recipes[service].address]));
}

async function recipesFor(): Promise<Readonly<Record<ServiceName, Recipe>>> {
  // Takes a second to load, and most runs do without.
  const { GenericContainer, Wait } = await import('testcontainers');
  const { postgres, kafka, controller, gcs } = await freePorts();
  const password = testSecret();
  const at = (port: number): { host: number; container: number } => ({ host: port, container: port });
  return {
    postgres: {
      address: `postgresql://postgres:${password}@127.0.0.1:${postgres}/postgres`,
      container: new GenericContainer(imageOf('postgres'))
        .withEnvironment({ POSTGRES_PASSWORD: password, POSTGRES_INITDB_ARGS: '--locale=C --encoding=UTF8' })
        .withCommand(['postgres', '-c', `port=${postgres}`, '-c', 'max_connections=200', '-c', 'fsync=off'])
        .withExposedPorts(at(postgres))
        // Once for the server that makes the files, once for the real one.
        .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2).withStartupTimeout(START_PATIENCE_MS)),
    },
    kafka: {
      address: `127.0.0.1:${kafka}`,
      container: new GenericContainer(imageOf('kafka'))
        .withEnvironment(kafkaEnvironment(kafka, controller))
        .withExposedPorts(at(kafka))
        .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/).withStartupTimeout(START_PATIENCE_MS)),
    },
    gcs: {
      address: `http://127.0.0.1:${gcs}`,
      container: new GenericContainer(imageOf('gcs'))
        .withCommand(['-scheme', 'http', '-port', String(gcs), '-public-host', `127.0.0.1:${gcs}`])
        .withExposedPorts(at(gcs))
        .withWaitStrategy(Wait.forHttp('/_internal/healthcheck', gcs).withStartupTimeout(START_PATIENCE_MS)),
    },
  };
}

/** The image takes the broker's properties as variables. Clients reach the broker from outside, and not its controller. */
function kafkaEnvironment(port: number, controllerPort: number): Record<string, string> {
  const properties: Record<string, string | number> = {
    ...kafkaProperties({ data: '/tmp/kraft-combined-logs', port, controllerPort }),
    listeners: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  };
  // Voters that are known beforehand are not asked for.
  const settings = Object.entries(properties).filter(([name]) => name !== 'controller.quorum.bootstrap.servers');
  return Object.fromEntries(
    settings.map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, String(value)]),
  );
}

/** The images of the services that tests run against; docker/compose.yaml runs the same. */
export const serviceImages: Readonly<Record<ServiceName, string>> = {
  postgres: 'postgres:18.4',
  kafka: 'apache/kafka:4.3.1',
  gcs: 'fsouza/fake-gcs-server:1.56.1',
};

/** Others to use instead, where these cannot be had. They take the same settings. */
const variables = { postgres: 'TEST_POSTGRES_IMAGE', kafka: 'TEST_KAFKA_IMAGE', gcs: 'TEST_GCS_IMAGE' } as const;

/** The image of a service, unless the environment names another one. */
function imageOf(service: ServiceName): string {
  const other = process.env[variables[service]];
  return other === undefined || other === '' ? serviceImages[service] : other;
}
