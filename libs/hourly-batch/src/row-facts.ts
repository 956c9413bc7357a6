import { ONE_HOUR } from '@antenna/windowing';
import { ArchiveContentError, hourText } from './errors.ts';
import type { OffsetSpan } from './ports.ts';

/** Aggregates over the rows of a partition or of all files, as an engine computes them. */
export interface RowFacts {
  readonly partition: bigint | null;
  readonly first_offset: bigint | null;
  readonly last_offset: bigint | null;
  readonly events: bigint;
  /** Microseconds since 1970; null when no row has a time. */
  readonly first_us: bigint | null;
  readonly last_us: bigint | null;
  readonly least_bytes: bigint | null;
  /** Number of rows with a null; at least those without time or bytes. */
  readonly nulls: bigint;
}

/** Numbers of rows of a file that cannot be counted, by reason. */
export interface FaultyFile {
  readonly path: string;
  readonly nulls: bigint;
  readonly ofOtherHours: bigint;
  readonly negative: bigint;
}

/** The hour in microseconds since 1970, half-open. */
export function hourInUs(hourMs: number): { readonly fromUs: bigint; readonly toUs: bigint } {
  return { fromUs: BigInt(hourMs) * 1000n, toUs: BigInt(hourMs + ONE_HOUR.sizeMs) * 1000n };
}

/** Whether every row can be counted: it has a time within the hour, and bytes of at least 0. */
export function areSound(facts: readonly RowFacts[], hourMs: number): boolean {
  const { fromUs, toUs } = hourInUs(hourMs);
  return facts.every(
    ({ nulls, events, first_us, last_us, least_bytes }) =>
      events === 0n ||
      (nulls === 0n && within(first_us, fromUs, toUs) && within(last_us, fromUs, toUs) && (least_bytes ?? 0n) >= 0n),
  );
}

function within(instant: bigint | null, from: bigint, to: bigint): boolean {
  return instant !== null && instant >= from && instant < to;
}

/** @returns the offsets of each partition; undefined when rows lack partition or offset. */
export function offsetSpans(facts: readonly RowFacts[]): readonly OffsetSpan[] | undefined {
  const spans = facts.flatMap(({ partition, first_offset, last_offset }) =>
    partition === null || first_offset === null || last_offset === null
      ? []
      : [{ partition: Number(partition), firstOffset: Number(first_offset), lastOffset: Number(last_offset) }],
  );
  return spans.length === facts.length ? spans : undefined;
}

const MOST_NAMED = 10;

/** Creates the error that names the files with rows that cannot be counted. */
export function faultyRowsError(hourMs: number, faulty: readonly FaultyFile[]): ArchiveContentError {
  const facts = faulty.slice(0, MOST_NAMED).map((file) => `${file.path} has ${faultsOf(file)}`);
  const others = faulty.length > MOST_NAMED ? `; and ${faulty.length - MOST_NAMED} more files` : '';
  return new ArchiveContentError(`rows of hour ${hourText(hourMs)} cannot be counted: ${facts.join('; ')}${others}`);
}

function faultsOf({ nulls, ofOtherHours, negative }: FaultyFile): string {
  return [
    ...(nulls > 0n ? [`${nulls} rows with an empty column`] : []),
    ...(ofOtherHours > 0n ? [`${ofOtherHours} rows of other hours`] : []),
    ...(negative > 0n ? [`${negative} rows with negative bytes`] : []),
  ].join(', ');
}
