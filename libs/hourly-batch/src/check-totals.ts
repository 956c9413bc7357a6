import type { TotalType } from '@antenna/aggregation';
import { ArchiveContentError, hourText, TotalsContradictionError } from './errors.ts';
import type { HourTotals, ManifestFile, OffsetSpan } from './ports.ts';
import type { HourInputs } from './select-inputs.ts';

/** Greatest value of the column `value BIGINT`. */
const GREATEST_VALUE = 2n ** 63n - 1n;

/**
 * Checks the totals of an hour. Each event is in one total of each type, so the three types have the same sum. Unless
 * the archive is foreign, the manifest contains that sum, the number of events and the offsets.
 * @returns the sum of the events' bytes.
 * @throws {ArchiveContentError} for an id that Postgres cannot store; the speed layer never archives one.
 * @throws {TotalsContradictionError} naming each difference.
 */
export function checkTotals(hourMs: number, inputs: HourInputs, totals: HourTotals): bigint {
  refuseUnstorable(hourMs, totals);
  const sums = sumByType(totals);
  const eventBytes = sums.user_total_bytes;
  const facts = [
    ...tooLarge(totals),
    ...(Object.values(sums).every((sum) => sum === eventBytes) ? [] : [`the sums differ: ${describe(sums)}`]),
    ...(inputs.isForeign ? [] : manifestContradictions(inputs.files, totals, eventBytes)),
  ];
  if (facts.length > 0) throw new TotalsContradictionError(hourMs, facts);
  return eventBytes;
}

/**
 * Maximum bytes of an id. A Postgres index entry holds a third of a page (BTMaxItemSize), less the other key columns.
 */
const MOST_KEY_BYTES = 2_600;

function refuseUnstorable(hourMs: number, { rows }: HourTotals): void {
  const found = rows.find(({ id }) => id.includes('\0') || (id.length > MOST_KEY_BYTES / 3 && isTooLong(id)));
  if (found === undefined) return;
  const fact = found.id.includes('\0') ? 'has a NUL character' : `is longer than ${MOST_KEY_BYTES} bytes`;
  throw new ArchiveContentError(
    `an id of hour ${hourText(hourMs)} cannot be stored in Postgres: ${JSON.stringify(found.id.slice(0, 100))} of ` +
      `${found.type} ${fact}; nothing was written; correct the files of the hour`,
  );
}

function isTooLong(id: string): boolean {
  return Buffer.byteLength(id) > MOST_KEY_BYTES;
}

function sumByType({ rows }: HourTotals): Record<TotalType, bigint> {
  const sums: Record<TotalType, bigint> = { antenna_total_bytes: 0n, app_total_bytes: 0n, user_total_bytes: 0n };
  for (const { type, value } of rows) sums[type] += value;
  return sums;
}

function tooLarge({ rows }: HourTotals): string[] {
  return rows
    .filter(({ value }) => value > GREATEST_VALUE)
    .map(({ type, id, value }) => `${type} of ${JSON.stringify(id)} is ${value}, more than a BIGINT holds`);
}

function describe(sums: Record<TotalType, bigint>): string {
  return Object.entries(sums)
    .map(([type, sum]) => `${type} ${sum}`)
    .join(', ');
}

function manifestContradictions(
  files: readonly ManifestFile[],
  { events, offsets }: HourTotals,
  eventBytes: bigint,
): string[] {
  const listedEvents = files.reduce((sum, { rows }) => sum + rows, 0);
  const listedBytes = files.reduce((sum, file) => sum + file.eventBytes, 0n);
  return [
    ...(events === listedEvents ? [] : [`the files hold ${events} events, the manifest says ${listedEvents}`]),
    ...(eventBytes === listedBytes ? [] : [`the events' bytes are ${eventBytes}, the manifest says ${listedBytes}`]),
    ...(files.length > 0 ? offsetContradictions(files, offsets) : []),
  ];
}

function offsetContradictions(files: readonly ManifestFile[], offsets: readonly OffsetSpan[] | undefined): string[] {
  if (offsets === undefined) return ['a file has no columns kafka_partition and kafka_offset'];
  return offsets
    .filter((span) => !isWithin(span, files))
    .map(
      ({ partition, firstOffset, lastOffset }) =>
        `offsets ${firstOffset} to ${lastOffset} of partition ${partition} are not those of the manifest`,
    );
}

function isWithin({ partition, firstOffset, lastOffset }: OffsetSpan, files: readonly ManifestFile[]): boolean {
  const chunks = files.filter((file) => file.partition === partition);
  const isListed = (offset: number) =>
    chunks.some(({ startOffset, endOffset }) => offset >= startOffset && offset < endOffset);
  return isListed(firstOffset) && isListed(lastOffset);
}
