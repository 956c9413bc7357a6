import { kafkaClient } from '@antenna/event-source';
import type { Kafka } from 'kafkajs';
import { resultText } from './console/result-text.ts';
import { ProofFailedError } from './errors.ts';
import { freshPlace } from './fresh-place.ts';
import { place } from './place.ts';
import { isProven } from './proof/check.ts';
import { prove } from './proof/prove.ts';
import { writeReport } from './report/write-report.ts';
import { readResults } from './results/read-results.ts';
import type { Services } from './services.ts';
import { FROM, simulation, TO } from './simulation.ts';
import { numberedSteps, secondsSince, type Tell } from './steps.ts';
import { sendSimulation } from './topic/send-simulation.ts';
import { runWorker, type WorkerCommand } from './workers/worker-command.ts';
import { workersFor } from './workers/workers.ts';

interface Surroundings {
  readonly services: Services;
  /** The steps, for people; the result goes to standard output. */
  readonly tell: Tell;
  /** Ends the demo early. */
  readonly signal: AbortSignal;
}

/**
 * Runs everything once, from an empty database and an empty topic to the report.
 * @throws {StepFailedError | ProofFailedError | InterruptedError}
 */
export async function demo({ services, tell, signal }: Surroundings): Promise<void> {
  const startedMs = performance.now();
  const steps = numberedSteps(9, tell, signal);
  tell(
    `makes anew: database ${place.database}, topic ${place.topic}, folder ${place.archive}; all other data stay as they are`,
  );

  const stack = await steps.run('start Postgres and Kafka', (note) => services.start(note));
  const kafka = clientOf(stack.kafka.address);
  const databaseUrl = await steps.run('make an empty database, topic and archive', () =>
    freshPlace(stack.postgres.address, kafka),
  );
  const workers = workersFor({ databaseUrl, brokers: stack.kafka.address });
  const worker = (title: string, command: WorkerCommand): Promise<void> =>
    steps.run(title, async (note) => {
      note(`node ${command.args.join(' ')}`);
      lines(await runWorker(command, signal)).forEach(note);
    });

  await worker('provisioner: tables and users', workers.provisioner);
  const sent = await steps.run(`simulate ${FROM} to ${TO}`, () =>
    sendSimulation(kafka, place.topic, simulation, signal),
  );
  tell(`      ${sent.summary}`);
  await worker('speed layer, to the end of the topic', workers.speedLayer);
  await worker(`batch layer, ${FROM} to ${TO}`, workers.batchLayer);
  const results = await steps.run('read the tables and the archive', () => readResults(databaseUrl, kafka));
  const checks = await steps.run('compare everything, row by row', () => Promise.resolve(prove(sent.truth, results)));
  await steps.run('write the report', () => writeReport({ sent, results, checks }));

  process.stdout.write(`${resultText(results.database, checks)}\nReport: ${place.report}\n`);
  tell(`the demo took ${secondsSince(startedMs)}`);
  if (!isProven(checks)) throw new ProofFailedError('the totals are not what was sent; see the differences above');
}

/** A client that keeps to itself what it tries again; what it gives up is an error. */
function clientOf(brokers: string): Kafka {
  const connection = { brokers: brokers.split(','), topic: place.topic, groupId: place.groupId };
  return kafkaClient({ ...connection, ssl: false, sasl: undefined }, 'demo', () => undefined);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
