import { writeFile } from 'node:fs/promises';
import { kafkaClient } from '@antenna/event-source';
import { isProven, NotProvenError, prove, quotaMessages, readResults } from '@antenna/oracle';
import { SAMPLE_HOURS, sampleSimulation } from '@antenna/simulator';
import { type App, appCommand, runProgram, textOf } from '@antenna/test-kit';
import type { Kafka } from 'kafkajs';
import { plantBrokenClock, proveBrokenClock } from './broken-clock.ts';
import { FORGOTTEN_ID, plantForgottenPerson, proveForgotten } from './forgotten-person.ts';
import { CORRECTED_HOUR, proveCorrections, sendLateEvents } from './late-events.ts';
import { freshPlace, place } from './place.ts';
import { proveQuotaEvents, raiseQuota } from './quota-raise.ts';
import { reportPage } from './report/report-page.ts';
import { resultText } from './result-text.ts';
import { backUp, restore } from './restored-database.ts';
import { proveRetention, RETENTION, sendRecentEvent, sendRemovedEvents } from './removed-months.ts';
import { sendSimulation } from './send-simulation.ts';
import type { Services } from './services.ts';
import { numberedSteps, secondsSince, type Tell } from './steps.ts';

/** The first of the users that the provisioner makes, in the first hour of the sample. */
const EXPLAINED = ['--date=2022-10-29', '--hour=13', '--user=00000000-0000-0000-0000-000000000001'];

/** How long a worker has to end by itself once the demo is ended. */
const END_PATIENCE_MS = 10_000;

interface DemoContext {
  readonly services: Services;
  /** Shows the steps; the result goes to standard output. */
  readonly tell: Tell;
  /** Ends the demo early. */
  readonly signal: AbortSignal;
}

/**
 * Runs everything once, from an empty database and an empty topic to the report.
 * @throws {StepFailedError | NotProvenError | InterruptedError}
 */
export async function demo({ services, tell, signal }: DemoContext): Promise<void> {
  const startedMs = performance.now();
  const { from, to } = SAMPLE_HOURS;
  const steps = numberedSteps(34, tell, signal);
  tell(
    `makes anew: databases ${place.database} and ${place.backup}, topics ${place.topic}, ${place.nextTopic} and ` +
      `${place.quotaEventsTopic}, folders ${place.archive} and ${place.aside}; all other data stay as they are`,
  );

  const stack = await steps.run('start Postgres and Kafka', (note) => services.start(note));
  const brokers = stack.kafka.address;
  const kafka = clientOf(brokers);
  const databaseUrl = await steps.run('make an empty database, topic and archive', () =>
    freshPlace(stack.postgres.address, kafka),
  );
  const worker = (title: string, app: App, args: readonly string[], topic: string = place.topic): Promise<void> =>
    steps.run(title, async (note) => {
      const command = appCommand(app, args, { ...settingsFor(databaseUrl, brokers), KAFKA_TOPIC: topic });
      note(textOf(command));
      lines(await runProgram(command, { signal, endPatienceMs: END_PATIENCE_MS })).forEach(note);
    });

  await worker('provisioner: tables and users', 'provisioner', []);
  const sent = await steps.run(`simulate ${from} to ${to}`, () =>
    sendSimulation(kafka, place.topic, sampleSimulation, signal),
  );
  tell(`      ${sent.summary}`);
  await steps.run('an antenna with a broken clock', async (note) => {
    note(await plantBrokenClock(kafka, place.topic, sent.truth, signal));
  });
  await steps.run('a person who will ask to be forgotten', async (note) => {
    note(await plantForgottenPerson(kafka, place.topic, sent.truth));
  });
  await worker('speed layer, to the end of the topic', 'speed-layer', ['drain']);
  await worker('lateness and clocks', 'speed-layer', ['status']);
  const brokenClock = await proveBrokenClock(databaseUrl);
  await steps.run('raise a quota', async (note) => {
    note(await raiseQuota(databaseUrl));
  });
  await worker(`batch layer, ${from} to ${to}`, 'batch-layer', ['run', `--from=${from}`, `--to=${to}`]);
  await worker('why speed and batch layer differ', 'batch-layer', ['reconcile', `--from=${from}`, `--to=${to}`]);
  await worker('one number explained', 'batch-layer', ['explain', ...EXPLAINED]);
  await steps.run('late events', async (note) => {
    note(await sendLateEvents(kafka, place.topic, sent.truth));
  });
  await worker('speed layer: archives them, and sends the verdicts on the quotas', 'speed-layer', ['drain']);
  await worker('batch layer, the hour of the late events again', 'batch-layer', ['run', ...CORRECTED_HOUR]);
  await worker('what they corrected', 'batch-layer', ['corrections', ...CORRECTED_HOUR]);
  await steps.run('the certificate of the hour', async (note) => {
    const args = ['certificate', ...CORRECTED_HOUR, '--output=json'];
    const command = appCommand('batch-layer', args, settingsFor(databaseUrl, brokers));
    note(`${textOf(command)} > ${place.certificate}`);
    await writeFile(place.certificate, await runProgram(command, { signal, endPatienceMs: END_PATIENCE_MS }));
  });
  await worker('the archive, proven by it without Postgres', 'batch-layer', [
    'verify',
    `--certificate=${place.certificate}`,
  ]);
  await worker('the person is erased', 'batch-layer', ['erase', `--user=${FORGOTTEN_ID}`]);
  await worker('batch layer, a new certificate of what is left', 'batch-layer', ['run', '--due']);

  await steps.run('a copy of the database, as a backup', () => backUp(stack.postgres.address));
  await worker('the stream moves to another topic', 'speed-layer', ['move-stream', `--to-topic=${place.nextTopic}`]);
  await steps.run('years later, an event in the new topic', async (note) => {
    note(await sendRecentEvent(kafka));
  });
  await worker('speed layer, to the end of the new topic', 'speed-layer', ['drain'], place.nextTopic);
  await worker('every hour reconciled', 'batch-layer', ['reconcile', '--due'], place.nextTopic);
  await worker('retention removes the old months', 'batch-layer', ['retain', ...RETENTION], place.nextTopic);
  const late = await steps.run('late events of a removed month', () => sendRemovedEvents(kafka, sent.truth));
  await worker('speed layer: archives them, and counts them in the ledger', 'speed-layer', ['drain'], place.nextTopic);
  const retention = await proveRetention(databaseUrl, late);
  await steps.run('the database restored to the copy', () => restore(stack.postgres.address));
  await worker('the restore settled with the archive', 'speed-layer', [
    'settle-restore',
    `--aside-url=file:${place.aside}`,
  ]);
  await worker('speed layer, where the restored database stands', 'speed-layer', ['drain']);

  const results = await steps.run('read the tables and the archive', () =>
    readResults({ databaseUrl, brokers, topic: place.topic, archiveFolder: place.archive }),
  );
  const quotaEvents = await proveQuotaEvents(databaseUrl, await quotaMessages(kafka, place.quotaEventsTopic));
  const planted = [await proveCorrections(databaseUrl), brokenClock, await proveForgotten(databaseUrl), ...retention];
  const checks = await steps.run('compare everything, row by row', () =>
    Promise.resolve([...prove(sent.truth, results), ...quotaEvents.checks, ...planted]),
  );
  const { fromMs, toMs } = sampleSimulation;
  const story = { ...sent, fromMs, toMs, madeAtMs: Date.now(), results: results.database, checks };
  await steps.run('write the report', () => writeFile(place.report, reportPage(story)));

  process.stdout.write(`${resultText(results.database, checks)}\n${quotaEvents.summary}\nReport: ${place.report}\n`);
  tell(`the demo took ${secondsSince(startedMs)}`);
  if (!isProven(checks)) throw new NotProvenError('the totals are not what was sent; see the differences above');
}

function settingsFor(databaseUrl: string, brokers: string) {
  return {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC: place.topic,
    QUOTA_EVENTS_TOPIC: place.quotaEventsTopic,
    KAFKA_GROUP_ID: place.groupId,
    ARCHIVE_URL: `file:${place.archive}`,
    LOG_FORMAT: 'pretty',
  };
}

/** A client that logs nothing: what it tries again is no error, and what it gives up is thrown. */
function clientOf(brokers: string): Kafka {
  const connection = { brokers: brokers.split(','), topic: place.topic, groupId: place.groupId };
  return kafkaClient({ ...connection, ssl: false, sasl: undefined }, 'demo', () => undefined);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
