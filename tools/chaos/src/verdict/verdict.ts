import { readdir } from 'node:fs/promises';
import type { KnownRecords } from '../feed/known-records.ts';
import { Replays } from '../feed/replays.ts';
import { CommittedReader } from '../system/committed-reader.ts';
import type { System } from '../system/system.ts';
import type { Offsets } from '../system/topic.ts';
import { checkArchiveFiles } from './archive-files.ts';
import { ArchivedEvents } from './archived-events.ts';
import { checkDeadLetters } from './dead-letters.ts';
import { Findings } from './findings.ts';
import { acknowledgedGaps, type Gap, Gaps } from './gaps.ts';
import { checkTotals, checkUsage } from './tables.ts';
import { checkTopic } from './topic-contents.ts';
import { Truncations } from './truncations.ts';
import { truthOf } from './truths.ts';

/** What was compared, and what was not as it should be. */
export interface Verdict {
  readonly findings: Findings;
  readonly records: number;
  readonly windows: number;
  readonly hourlyRows: number;
  readonly archivedEvents: number;
  readonly files: number;
  readonly deadLetters: number;
  /** Records that were announced as lost, of either sink. */
  readonly announcedLost: number;
}

/** Compares all that the workers have left with what was sent. Nobody may be at work any more. */
export async function judgeSystem(system: System): Promise<Verdict> {
  const { database, known } = system;
  const findings = new Findings();
  for (const problem of [...system.unexpected, ...system.workers.unexpected]) findings.add('unexpected', problem);
  const replays = await Replays.of(database, known);
  const offsets = await system.topic.offsets();
  const reader = new CommittedReader(system.services.kafka.address, system.topic.name);
  await checkTopic({ committed: reader.all(lastKnown(known, offsets)), offsets, replays }, known, findings);

  const truncations = await Truncations.of(database, known);
  // Of records that are lost, and of no other, some gaps tell that they were counted and not archived.
  const gaps = (await acknowledgedGaps(database)).filter((gap) => !truncations.explain(gap));
  const [totalsGaps, archiveGaps] = [new Gaps(gaps, 'totals'), new Gaps(gaps, 'archive')];
  checkGaps(system, gaps, findings);
  const truth = truthOf(known, (partition, offset) => !totalsGaps.hold(partition, offset));
  for (const { event } of truncations.counted) truth.add(event);
  const windows = await checkTotals(database, 'bytes', truth.windows(), findings);
  await checkUsage(database, truth, findings);
  const deadLetters = await checkDeadLetters(database, known, totalsGaps, findings);

  const events = new ArchivedEvents(known, findings);
  const files = await checkArchiveFiles(await system.archive.collect(), database, events, findings);
  const isLost = (partition: number, offset: number): boolean => archiveGaps.hold(partition, offset);
  events.findMissing(isLost, truncations.archived);
  // Of a chunk that was given up, those files that existed were kept.
  const archived = truthOf(known, (partition, offset) => !isLost(partition, offset) || events.has(partition, offset));
  for (const { event } of truncations.archived) archived.add(event);
  const hourlyRows = await checkTotals(database, 'bytes_hourly', archived.hours(), findings);
  await checkLeftovers(system, findings);
  const announcedLost = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return {
    findings,
    records: known.total,
    windows,
    hourlyRows,
    archivedEvents: events.rows,
    files,
    deadLetters,
    announcedLost,
  };
}

/** The greatest offset of each partition that has a known record which the topic still holds. */
function lastKnown(known: KnownRecords, offsets: ReadonlyMap<number, Offsets>): ReadonlyMap<number, number> {
  const last = [...offsets].map(([partition, { low }]) => [partition, known.end(partition) - 1, low] as const);
  return new Map(last.filter(([, offset, low]) => offset >= low).map(([partition, offset]) => [partition, offset]));
}

/** Nothing is announced as lost but what begins with records that were deleted. */
function checkGaps({ deletions }: System, gaps: readonly Gap[], findings: Findings): void {
  for (const { sink, partition, from, to } of gaps) {
    const isDeleted = deletions.some((deletion) => deletion.partition === partition && from < deletion.offset);
    if (!isDeleted) findings.add('gap without deletion', `${sink} ${partition}: ${from} to ${to}`);
  }
}

async function checkLeftovers({ database, archive }: System, findings: Findings): Promise<void> {
  const intents = await database.query<{ partition: number }>('SELECT partition FROM pipeline.archive_intent');
  for (const { partition } of intents) findings.add('open intent', `partition ${partition}`);
  const faults = await database.query<{ partition: number; code: string }>(
    'SELECT partition, code FROM pipeline.partition_fault',
  );
  for (const { partition, code } of faults) findings.add('partition that stands still', `${partition}: ${code}`);
  for (const name of await readdir(archive.stagingFolder).catch(() => [])) findings.add('staging file', name);
}
