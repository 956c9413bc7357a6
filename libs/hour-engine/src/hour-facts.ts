import type { OffsetSpan } from '@antenna/hourly-batch';
import { ONE_HOUR } from '@antenna/windowing';

/** What the rows of a partition, or of all files, have in common. */
export interface FactsRow {
  readonly partition: bigint | null;
  readonly first_offset: bigint | null;
  readonly last_offset: bigint | null;
  readonly events: bigint;
  /** Null without a row that has a time. */
  readonly first_us: bigint | null;
  readonly last_us: bigint | null;
  readonly least_bytes: bigint | null;
  /** Rows at least that lack time or bytes. */
  readonly nulls: bigint;
}

/** The hour in microseconds since 1970, half-open. */
export function hourInUs(hourMs: number): { readonly fromUs: bigint; readonly toUs: bigint } {
  return { fromUs: BigInt(hourMs) * 1000n, toUs: BigInt(hourMs + ONE_HOUR.sizeMs) * 1000n };
}

/** Whether every row can be counted: has a time in the hour, and bytes. */
export function areSound(facts: readonly FactsRow[], hourMs: number): boolean {
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

/** @returns undefined when there are rows that do not tell where they come from. */
export function offsetSpans(facts: readonly FactsRow[]): readonly OffsetSpan[] | undefined {
  const spans = facts.flatMap(({ partition, first_offset, last_offset }) =>
    partition === null || first_offset === null || last_offset === null
      ? []
      : [{ partition: Number(partition), firstOffset: Number(first_offset), lastOffset: Number(last_offset) }],
  );
  return spans.length === facts.length ? spans : undefined;
}
