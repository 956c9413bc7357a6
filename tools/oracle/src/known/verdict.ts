import { readdir } from 'node:fs/promises';
import { compareRows, type KeyedRow } from '../compare-rows.ts';
import { byDay } from '../proof.ts';
import { withArchive } from '../stored/archive.ts';
import { certifiedDigests } from '../stored/certified-results.ts';
import type { DeadLetter, StoredTables } from '../stored/tables.ts';
import { keyedTotals, type TotalsTableRow } from '../table-rows.ts';
import { Truth } from '../truth.ts';
import { checkArchiveFiles } from './archive-files.ts';
import { ArchivedEvents } from './archived-events.ts';
import { checkDeadLetters } from './dead-letters.ts';
import { Findings } from './findings.ts';
import type { KnownRecords } from './known-records.ts';
import { Losses } from './losses.ts';
import { checkFloors, checkKeptBytes, isAbove, removedHourRows, type RetentionFloors } from './removed-rows.ts';

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
  /** Events that were counted below the floor of windows, in the ledger alone. */
  readonly ledgerEvents: number;
}

/** What the workers have left of a stream. */
export interface Remains {
  readonly tables: StoredTables;
  /** The archive, or a copy of it, on this machine. */
  readonly archiveFolder: string;
  /** Where workers prepare files. */
  readonly stagingFolder: string;
  /** The retention floors that the run has set. */
  readonly floors: RetentionFloors;
}

/** A topic that the stream reads, or has read to its end before it moved to another topic. */
export interface KnownTopic {
  readonly name: string;
  readonly known: KnownRecords;
  /** Records that were deleted on purpose: those of a partition below an offset. */
  readonly deletions: readonly { readonly partition: number; readonly offset: number }[];
}

/** Compares all that the workers have left with what the topics hold, by topic, partition and offset. */
export async function judgeStream(
  remains: Remains,
  topics: readonly KnownTopic[],
  findings: Findings,
): Promise<Verdict> {
  const { tables, archiveFolder, floors } = remains;
  await checkFloors(tables, floors, findings);
  const judged = new Map<string, JudgedTopic>();
  for (const topic of topics) judged.set(topic.name, await judgedTopic(tables, topic, findings));
  const all = [...judged.values()];
  const totals = await judgeTotals(remains, all, findings);

  const eventsOf = (topic: string): ArchivedEvents | undefined => judged.get(topic)?.events;
  const files = await checkArchiveFiles(archiveFolder, await tables.manifest(), eventsOf, findings);
  const hours = await tables.totals('bytes_hourly');
  const expectedHours = [...archivedTruth(all).hours()].filter(isAbove(floors.hoursMs));
  note('row of bytes_hourly', expectedHours, hours, findings);

  const removed = await withArchive(archiveFolder, (archive) => removedHourRows(tables, archive, floors, findings));
  await checkLeftovers(remains, [...removed, ...hours], findings);
  const sum = (numberOf: (topic: JudgedTopic) => number): number =>
    all.reduce((total, each) => total + numberOf(each), 0);
  return {
    findings,
    ...totals,
    files,
    hourlyRows: expectedHours.length,
    records: sum(({ known }) => known.total),
    archivedEvents: sum(({ events }) => events.rows),
    announcedLost: sum(({ losses }) => losses.gaps.reduce((total, { from, to }) => total + to - from, 0)),
    deadLetters: sum(({ deadLetters }) => deadLetters),
  };
}

interface JudgedTopic {
  readonly known: KnownRecords;
  readonly losses: Losses;
  readonly events: ArchivedEvents;
  /** How many dead letters the workers should have stored. */
  readonly deadLetters: number;
}

async function judgedTopic(tables: StoredTables, topic: KnownTopic, findings: Findings): Promise<JudgedTopic> {
  const { name, known } = topic;
  const ofTopic = tables.of(name);
  const losses = await Losses.read(ofTopic, known);
  checkGaps(losses, topic, findings);
  const isLost = losses.givenUp('totals');
  const expected: DeadLetter[] = [];
  for (const { partition, offset, fact } of known)
    if (typeof fact === 'string' && !isLost(partition, offset)) expected.push({ partition, offset, reason: fact });
  const [deadLetters, deadLetterRanges] = [await ofTopic.deadLetters(), await ofTopic.deadLetterRanges()];
  checkDeadLetters(expected, { deadLetters, deadLetterRanges }, findings);
  return { known, losses, events: new ArchivedEvents(known, findings), deadLetters: expected.length };
}

/** @returns how many rows there should be, and how many events the ledger has. */
async function judgeTotals({ tables, floors }: Remains, topics: readonly JudgedTopic[], findings: Findings) {
  const truth = new Truth();
  for (const { known, losses } of topics) {
    const isLost = losses.givenUp('totals');
    known.addTo(truth, (partition, offset) => !isLost(partition, offset));
    for (const { event } of losses.kept('totals')) truth.add(event);
  }
  const windows = [...truth.windows()].filter(isAbove(floors.windowsMs));
  note('row of bytes', windows, await tables.totals('bytes'), findings);
  const userHours = truth.userHours().filter(isAbove(floors.windowsMs));
  note('row of user_hour_usage', userHours, await tables.userHours(), findings);
  const kept = await tables.keptBytes();
  const { differences } = checkKeptBytes(truth, kept, floors.windowsMs);
  findings.addDifferences('bytes kept of an hour below the floor', differences);
  return { windows: windows.length, ledgerEvents: kept.reduce((sum, { ledgerEvents }) => sum + ledgerEvents, 0) };
}

/** The truth of what the archive should hold. All files have to be read before. */
function archivedTruth(topics: readonly JudgedTopic[]): Truth {
  const truth = new Truth();
  for (const { known, losses, events } of topics) {
    const isLost = losses.givenUp('archive');
    events.findMissing(isLost, losses.kept('archive'));
    // Of a chunk that was given up, those files that existed were kept.
    known.addTo(truth, (partition, offset) => !isLost(partition, offset) || events.has(partition, offset));
    for (const { event } of losses.kept('archive')) truth.add(event);
  }
  return truth;
}

function note(
  what: string,
  expected: Iterable<KeyedRow<bigint>>,
  stored: readonly TotalsTableRow[],
  findings: Findings,
): void {
  findings.addDifferences(what, compareRows(expected, keyedTotals(stored)));
}

/** Nothing is announced as lost but what begins with records that were deleted. */
function checkGaps({ gaps }: Losses, { deletions }: KnownTopic, findings: Findings): void {
  for (const { sink, partition, from, to } of gaps) {
    const isDeleted = deletions.some((deletion) => deletion.partition === partition && from < deletion.offset);
    if (!isDeleted) findings.add('gap without deletion', `${sink} ${partition}: ${from} to ${to}`);
  }
}

/** @param hours the rows of `bytes_hourly`, and those that it had before retention removed them. */
async function checkLeftovers(
  { tables, stagingFolder }: Remains,
  hours: readonly TotalsTableRow[],
  findings: Findings,
): Promise<void> {
  note('row of usage_daily', byDay(keyedTotals(hours)), await tables.days(), findings);
  for (const { hour, type, unexplained } of await tables.reconciliation())
    if (unexplained !== 0n) findings.add('bytes of a difference without a cause', `${hour} ${type}: ${unexplained}`);
  const certified = certifiedDigests({
    certificates: await tables.certificates(),
    corrections: await tables.corrections(),
    hours,
    overQuota: await tables.overQuota(),
  });
  findings.addDifferences('certified result', compareRows(certified.certified, certified.found));
  for (const { partition } of await tables.openIntents()) findings.add('open intent', `partition ${partition}`);
  for (const { partition, code } of await tables.faults())
    findings.add('partition that stands still', `${partition}: ${code}`);
  for (const name of await readdir(stagingFolder).catch(() => [])) findings.add('staging file', name);
}
