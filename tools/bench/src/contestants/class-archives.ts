import { existsSync } from 'node:fs';
import type { Report } from '@antenna/local-stack';
import type { Kafka } from 'kafkajs';
import { runMeasured } from '../measure/run-measured.ts';
import type { BenchStack } from '../stack/bench-stack.ts';
import { inRunPlace } from '../stack/run-place.ts';
import { loadTopic } from '../workload/load-topic.ts';
import type { Workload } from '../workload/workload.ts';
import { addingUsers } from './contestant.ts';
import { classArchive, flink, flinkJobs, jobCommand, jobEnvironment } from './flink.ts';
import type { FlinkInstallation } from './flink-installation.ts';

/** Enough that a job loads all of its classes. */
const small: Workload = { events: 50_000, users: 1_000, partitions: 4, hours: 2 };

interface Servers {
  readonly stack: BenchStack;
  readonly kafka: Kafka;
  readonly report: Report;
}

/** Has each job of Flink drain a small topic and archive its classes, as an image of the job would have them; once. */
export async function archiveClasses(peer: FlinkInstallation, { stack, kafka, report }: Servers): Promise<void> {
  const missing = flinkJobs.filter((job) => !existsSync(classArchive(peer, job)));
  if (missing.length === 0) return;
  const { topic } = await loadTopic(kafka, small, report);
  for (const job of missing) {
    report(`flink: archiving the classes of ${job}`);
    await inRunPlace(stack, async (at) => {
      await flink(peer, job).prepare(at, addingUsers([]));
      const flags = [`-XX:ArchiveClassesAtExit=${classArchive(peer, job)}`];
      await runMeasured([jobCommand(peer, job, { env: jobEnvironment(at, topic), flags })]);
    });
  }
}
