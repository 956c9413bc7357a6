import { setTimeout as delay } from 'node:timers/promises';
import { archiveSize } from '@antenna/oracle';
import { productStreaming } from '../contestants/product.ts';
import { sendSteadily } from '../kafka/kafka-programs.ts';
import type { FilesRun } from '../report/results.ts';
import { inStream } from './in-stream.ts';
import type { BenchContext } from './suite.ts';

/** Chunks are rolled every five minutes at low rates: two rolls, and what the last one takes to be written. */
const COURSES = [
  { rate: 10, minutes: 10 },
  { rate: 1_000, minutes: 10 },
  { rate: 100_000, minutes: 3 },
] as const;

const LAST_ROLL_MS = 15_000;

/** Measures how many files the speed layer archives at a rate, with its settings as by default. */
export async function files(context: BenchContext): Promise<FilesRun[]> {
  const runs: FilesRun[] = [];
  for (const { rate, minutes } of COURSES) {
    const run = await inStream(context, productStreaming, async ({ at, topic, probes }): Promise<FilesRun> => {
      await probes.stop();
      const before = archiveSize(at.archive).files;
      const sent = await sendSteadily(at, { topic, eventsPerSecond: rate, seconds: minutes * 60 }, context.report);
      await delay(LAST_ROLL_MS);
      const { files: count, bytes } = archiveSize(at.archive);
      const written = count - before;
      return {
        wantedPerSecond: rate,
        eventsPerSecond: sent.eventsPerSecond,
        minutes,
        files: written,
        filesPerHour: (written / minutes) * 60,
        bytesPerFile: written === 0 ? 0 : bytes / count,
      };
    });
    context.report(`${rate} events/s: ${run.files} files in ${minutes} minutes`);
    runs.push(run);
  }
  return runs;
}
