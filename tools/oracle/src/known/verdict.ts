import { readdir } from 'node:fs/promises';
import { compareRows, type KeyedRow } from '../compare-rows.ts';
import { byDay } from '../proof.ts';
import { certifiedDigests } from '../stored/certified-results.ts';
import type { DeadLetter, StoredTables } from '../stored/tables.ts';
import { keyedTotals, type TotalsTableRow } from '../table-rows.ts';
import { checkArchiveFiles } from './archive-files.ts';
import { ArchivedEvents } from './archived-events.ts';
import { checkDeadLetters } from './dead-letters.ts';
import { Findings } from './findings.ts';
import type { KnownRecords } from './known-records.ts';
import { Losses } from './losses.ts';

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

/** What the workers have left of a stream. */
export interface Remains {
  readonly tables: StoredTables;
  /** The archive, or a copy of it, on this machine. */
  readonly archiveFolder: string;
  /** Where workers prepare files. */
  readonly stagingFolder: string;
  /** Records that were deleted on purpose: those of a partition below an offset. */
  readonly deletions: readonly { readonly partition: number; readonly offset: number }[];
}

/** Compares all that the workers have left with what the topic holds, by partition and offset. */
export async function judgeStream(remains: Remains, known: KnownRecords, findings: Findings): Promise<Verdict> {
  const { tables, archiveFolder } = remains;
  const losses = await Losses.read(tables, known);
  checkGaps(losses, remains, findings);
  const totals = await judgeTotals(tables, known, losses, findings);

  const events = new ArchivedEvents(known, findings);
  const files = await checkArchiveFiles(archiveFolder, await tables.manifest(), events, findings);
  const isLost = losses.givenUp('archive');
  events.findMissing(isLost, losses.kept('archive'));
  // Of a chunk that was given up, those files that existed were kept.
  const archived = known.truth((partition, offset) => !isLost(partition, offset) || events.has(partition, offset));
  for (const { event } of losses.kept('archive')) archived.add(event);
  const hours = await tables.totals('bytes_hourly');
  note('row of bytes_hourly', archived.hours(), hours, findings);

  await checkLeftovers(remains, hours, findings);
  const announcedLost = losses.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const hourlyRows = archived.hours().size;
  return { findings, records: known.total, ...totals, hourlyRows, archivedEvents: events.rows, files, announcedLost };
}

/** @returns how many rows there should be. */
async function judgeTotals(tables: StoredTables, known: KnownRecords, losses: Losses, findings: Findings) {
  const isLost = losses.givenUp('totals');
  const truth = known.truth((partition, offset) => !isLost(partition, offset));
  for (const { event } of losses.kept('totals')) truth.add(event);
  note('row of bytes', truth.windows(), await tables.totals('bytes'), findings);
  note('row of user_hour_usage', truth.userHours(), await tables.userHours(), findings);
  const expected: DeadLetter[] = [];
  for (const { partition, offset, fact } of known)
    if (typeof fact === 'string' && !isLost(partition, offset)) expected.push({ partition, offset, reason: fact });
  const [deadLetters, deadLetterRanges] = [await tables.deadLetters(), await tables.deadLetterRanges()];
  checkDeadLetters(expected, { deadLetters, deadLetterRanges }, findings);
  return { windows: truth.windows().size, deadLetters: expected.length };
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
function checkGaps({ gaps }: Losses, { deletions }: Remains, findings: Findings): void {
  for (const { sink, partition, from, to } of gaps) {
    const isDeleted = deletions.some((deletion) => deletion.partition === partition && from < deletion.offset);
    if (!isDeleted) findings.add('gap without deletion', `${sink} ${partition}: ${from} to ${to}`);
  }
}

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
