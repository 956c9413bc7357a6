import { ensureTopic } from '@antenna/simulator';
import { type CommandLine, lastLines, startProgram, within } from '@antenna/test-kit';
import type { Knex } from 'knex';
import type { StreamingContestant } from '../contestants/contestant.ts';
import { deleteTopic } from '../kafka/kafka-topics.ts';
import { ContestantFailedError } from '../measure/run-measured.ts';
import { withDatabase } from '../stack/database.ts';
import { inRunPlace, type RunPlace } from '../stack/run-place.ts';
import { type Probes, probeTimes, sendProbes } from './probes.ts';
import type { BenchContext } from './suite.ts';

const PARTITIONS = 4;
const START_DEADLINE_MS = 300_000;

/** How often the database is asked for rows: seldom enough to leave the machine to the contestant. */
export const LOOK_MS = 250;

/** A contestant that runs as a service on a topic of its own, into which probes are sent. */
export interface Stream {
  readonly at: RunPlace;
  readonly topic: string;
  readonly database: Knex;
  readonly probes: Probes;
  /** The service's main process. */
  readonly pid: number;
}

/** Runs `work` once the contestant has counted the first event, or has read it, if it shows none so soon. */
export function inStream<T>(
  { stack, kafka }: BenchContext,
  contestant: StreamingContestant,
  work: (stream: Stream) => Promise<T>,
): Promise<T> {
  return inRunPlace(stack, async (at) => {
    const topic = at.groupId;
    await ensureTopic(kafka, topic, PARTITIONS);
    await contestant.prepare(at);
    try {
      return await withService(contestant.service(at, topic), (pid) =>
        withDatabase(at.databaseUrl, async (database) => {
          const probes = await sendProbes(kafka, topic, PARTITIONS);
          try {
            await firstCounted(database, contestant);
            return await work({ at, topic, database, probes, pid });
          } finally {
            await probes.stop();
          }
        }),
      );
    } finally {
      await deleteTopic(kafka, topic);
    }
  });
}

async function firstCounted(database: Knex, { name, table, shows }: StreamingContestant): Promise<void> {
  // A window takes minutes until it is over: the course waits for longer than Spark takes to start.
  if (shows === 'closed windows') return;
  const isCounted = async () => (await probeTimes(database, table)).size > 0;
  if ((await within(START_DEADLINE_MS, isCounted, LOOK_MS)) === undefined)
    throw new ContestantFailedError(`${name} counted nothing within ${START_DEADLINE_MS} ms`);
}

/**
 * Runs `work` while a service runs, then ends it as an operator would.
 * @throws {ContestantFailedError} when the service ends before the work is done.
 */
async function withService<T>(command: CommandLine, work: (pid: number) => Promise<T>): Promise<T> {
  const service = startProgram(command);
  let isOver = false;
  const early = service.then(({ all, escapedCommand }): never | undefined => {
    if (isOver) return undefined;
    throw new ContestantFailedError(`${escapedCommand} ended too early\n${lastLines(all, 15)}`);
  });
  try {
    const done = await Promise.race([work(service.pid ?? 0).then((value) => ({ value })), early]);
    if (done === undefined) throw new ContestantFailedError(`${command.file} ended too early`);
    return done.value;
  } finally {
    isOver = true;
    service.kill('SIGTERM');
    await service;
  }
}
