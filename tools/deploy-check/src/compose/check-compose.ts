import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '@antenna/local-stack';
import { type Check, isProven, proofText, proveServices, type ServiceAddresses, Truth } from '@antenna/oracle';
import { CheckFailedError } from '../check-list.ts';
import type { Source } from '../images/build-image.ts';
import { addStream, composeStream, laterStream, simulatorFlags } from '../simulated-stream.ts';
import { ComposeProject, type Patience, waitForContainers } from './compose-project.ts';

export interface ComposeCheck {
  /** Whose docker/compose.yaml it is, and whose images are to be used. */
  readonly source: Source;
  readonly prefix: string;
  /** Superset, too, which takes minutes and a gigabyte of memory. */
  readonly withDashboards: boolean;
  /** Ends it early, but not without bringing everything down. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

const secondLaterStream = { ...laterStream, seed: 8 };

const START_DEADLINE_MS = 900_000;
/** Docker lets a minute pass between two runs of the batch layer. */
const PROOF_DEADLINE_MS = 300_000;

/**
 * Brings everything up, proves that what the workers left is what was simulated, also after a worker was ended and
 * another one killed, and brings it down with its data.
 * @throws {CheckFailedError | ProgramFailedError}
 */
export async function checkCompose(options: ComposeCheck): Promise<void> {
  const { postgres, kafka, gcs, controller: superset } = await freePorts();
  const profiles = options.withDashboards ? 'workers,dashboards' : 'workers';
  const project = new ComposeProject({
    name: `antenna-usage-check-${process.pid}`,
    folder: options.source.folder,
    env: {
      COMPOSE_PROFILES: profiles,
      IMAGE_PREFIX: options.prefix,
      IMAGE_TAG: options.source.version,
      POSTGRES_PORT: String(postgres),
      KAFKA_PORT: String(kafka),
      GCS_PORT: String(gcs),
      SUPERSET_PORT: String(superset),
    },
  });
  const addresses = {
    databaseUrl: `postgresql://postgres:postgres@127.0.0.1:${postgres}/postgres`,
    brokers: `127.0.0.1:${kafka}`,
    gcs: `http://127.0.0.1:${gcs}`,
  };
  try {
    await checkProject(project, addresses, options);
    options.tell('proven: docker compose up, SIGTERM and SIGKILL leave no row wrong');
  } finally {
    options.tell('down');
    await project.run(['down', '--volumes', '--timeout', '20']);
  }
}

async function checkProject(
  project: ComposeProject,
  addresses: ServiceAddresses,
  options: ComposeCheck,
): Promise<void> {
  const { tell, withDashboards, signal } = options;
  const scratch = options.source.folder;
  const truth = new Truth();
  const proven = async (when: string): Promise<void> => {
    const checks = await proveWithin({ deadlineMs: PROOF_DEADLINE_MS, signal }, truth, addresses, scratch);
    tell(`${when}\n${proofText(checks)}`);
    requireProof(checks, when);
  };

  tell('up');
  await project.run(['up', '--detach', '--no-build', '--quiet-pull'], { isShown: true });
  const ended = [
    'provisioner',
    'topic',
    'simulator',
    ...(withDashboards ? ['superset-prepare', 'superset-import'] : []),
  ];
  await waitForContainers(project, ['postgres', 'kafka', 'gcs', 'speed-layer', ...ended], {
    deadlineMs: START_DEADLINE_MS,
    signal,
  });
  tell(`ready: ${(await project.containers()).map(({ service }) => service).join(', ')}`);
  addStream(truth, composeStream);
  await proven('after docker compose up');

  await project.run(['run', '--rm', '--no-deps', 'simulator', ...simulatorFlags(laterStream)]);
  await project.run(['stop', '--timeout', '60', 'speed-layer']);
  await requireCleanEnd(project);
  tell('speed-layer: SIGTERM after 20,000 more events, ended with 0');
  await project.run(['start', 'speed-layer']);
  addStream(truth, laterStream);
  await proven('after SIGTERM and a new start');

  await project.run(['run', '--rm', '--no-deps', 'simulator', ...simulatorFlags(secondLaterStream)]);
  await project.run(['kill', '--signal', 'KILL', 'speed-layer']);
  await project.run(['start', 'speed-layer']);
  addStream(truth, secondLaterStream);
  await proven('after SIGKILL amid 20,000 more events and a new start');
}

function requireProof(checks: readonly Check[], when: string): void {
  if (!isProven(checks)) throw new CheckFailedError(`${when}: what the workers left is not what was simulated`);
}

async function requireCleanEnd(project: ComposeProject): Promise<void> {
  const worker = (await project.containers()).find(({ service }) => service === 'speed-layer');
  const log = await project.log('speed-layer');
  if (worker?.exitCode === 0 && log.includes('"message":"stopped"')) return;
  throw new CheckFailedError(
    `speed-layer ended with ${String(worker?.exitCode)} at SIGTERM; the end of its log:\n${log}`,
  );
}

const PROOF_POLL_MS = 2_000;

/**
 * Compares all that the workers left with the truth, again and again until it is proven: they take their time.
 * @param folder for copies; it may be written to.
 * @returns what was compared last, proven or not.
 */
async function proveWithin(
  { deadlineMs, signal }: Patience,
  truth: Truth,
  addresses: ServiceAddresses,
  folder: string,
): Promise<Check[]> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const checks = await proveServices(truth, addresses, folder);
    if (isProven(checks) || performance.now() > end) return checks;
    await delay(PROOF_POLL_MS, undefined, { signal });
  }
}
