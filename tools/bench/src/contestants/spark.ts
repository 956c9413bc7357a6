import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandLine } from '@antenna/test-kit';
import * as z from 'zod';
import { withDatabase } from '../stack/database.ts';
import type { RunPlace } from '../stack/run-place.ts';
import { addingUsers, type Contestant, fillUsers, type StreamingContestant } from './contestant.ts';
import type { SparkInstallation } from './spark-installation.ts';

/** `separate`: a query for each total, as the original; `combined`: one for all, the strongest that counts exactly. */
export type SparkVariant = 'separate' | 'combined';

const drainReport = z.object({ drain_seconds: z.number() });

/** The peer: the same pipeline as a job of Spark Structured Streaming. */
export function spark(peer: SparkInstallation, variant: SparkVariant): Contestant {
  return {
    name: `spark ${variant}`,
    async prepare(at, users) {
      const schema = await readFile(join(peer.sources, 'schema.sql'), 'utf8');
      await withDatabase(at.databaseUrl, async (database) => {
        await database.raw(schema);
        await fillUsers(database, users);
      });
    },
    drain: (at, topic) => job(peer, at, ['streaming_job.py', `--variant=${variant}`, `--topic=${topic}`]),
    drainSeconds: (output) => drainReport.parse(JSON.parse(output)).drain_seconds,
    batchHour: (at, hourMs) => job(peer, at, ['batch_job.py', `--hour=${new Date(hourMs).toISOString().slice(0, 13)}`]),
  };
}

export function sparkStreaming(peer: SparkInstallation, mode: 'append' | 'update'): StreamingContestant {
  return {
    name: `spark ${mode} mode`,
    table: mode === 'append' ? 'bytes' : 'bytes_latest',
    shows: mode === 'append' ? 'closed windows' : 'events',
    prepare: (at) => spark(peer, 'combined').prepare(at, addingUsers([])),
    service: (at, topic) => sparkService(peer, at, { topic, mode }),
  };
}

/** The streaming job as a service: a batch as often as one a second, if it keeps up. */
function sparkService(
  peer: SparkInstallation,
  at: RunPlace,
  { topic, mode }: { readonly topic: string; readonly mode: 'append' | 'update' },
): CommandLine {
  return job(peer, at, [
    'streaming_job.py',
    '--variant=combined',
    `--mode=${mode}`,
    '--trigger=1 second',
    `--topic=${topic}`,
  ]);
}

function job(peer: SparkInstallation, at: RunPlace, [script, ...args]: readonly [string, ...string[]]): CommandLine {
  return {
    file: peer.python,
    args: [join(peer.sources, script), ...args],
    env: {
      POSTGRES_URL: at.databaseUrl,
      KAFKA_BOOTSTRAP: at.brokers,
      ARCHIVE_DIR: at.archive,
      PEER_JARS: peer.jars,
      CHECKPOINT_DIR: join(at.scratch, 'checkpoint'),
      // Of its own, so that it goes with the run.
      SPARK_LOCAL_DIRS: join(at.scratch, 'local'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  };
}
