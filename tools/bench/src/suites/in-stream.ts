import { ensureTopic } from '@antenna/simulator';
import type { Knex } from 'knex';
import { WrongResultError } from '../errors.ts';
import { deleteTopic } from '../stack/bench-kafka.ts';
import { withDatabase } from '../stack/database.ts';
import { inRunPlace, type RunPlace } from '../stack/run-place.ts';
import { probeTimes } from '../stream/probe-times.ts';
import { type Probes, sendProbes } from '../stream/probes.ts';
import { until } from '../stream/until.ts';
import { withService } from '../stream/with-service.ts';
import type { BenchContext } from './bench-context.ts';
import type { StreamingContestant } from './streaming-contestant.ts';

const PARTITIONS = 4;
const START_DEADLINE_MS = 300_000;

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
  const isCounted = await until(async () => (await probeTimes(database, table)).size > 0, START_DEADLINE_MS);
  if (!isCounted) throw new WrongResultError(`${name} counted nothing within ${START_DEADLINE_MS} ms`);
}
