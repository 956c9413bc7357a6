import { ERASED, type KnownUser, type TotalsTableRow } from '@antenna/oracle';
import { DateTime } from 'luxon';

/** The types of totals, as the tables call them. */
export type TotalsType = 'user_total_bytes' | 'antenna_total_bytes' | 'app_total_bytes';

/** Totals of the ids of one type over the same times. */
export interface Flow {
  /** Starts of the windows or hours, in order; milliseconds since 1970. */
  readonly timesMs: readonly number[];
  readonly series: readonly FlowSeries[];
}

interface FlowSeries {
  readonly id: string;
  readonly label: string;
  /** A value for each of the times; 0 where the table has no row. */
  readonly values: readonly bigint[];
}

/** Arranges the rows of a type, by id and time; ids are sorted. */
export function flowOf(rows: readonly TotalsTableRow[], type: TotalsType, labelOf: (id: string) => string): Flow {
  const timesMs = Array.from(new Set(rows.map((row) => row.timestampMs))).sort((a, b) => a - b);
  const byId = Map.groupBy(
    rows.filter((row) => row.type === type),
    ({ id }) => id,
  );
  const series = Array.from(byId, ([id, ofId]): FlowSeries => {
    const values = new Map(ofId.map(({ timestampMs, value }) => [timestampMs, value]));
    return { id, label: labelOf(id), values: timesMs.map((timeMs) => values.get(timeMs) ?? 0n) };
  });
  return { timesMs, series: series.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

const LONGEST = 14;

/** The user's name; the end of the id for a user without metadata; one label for all who were erased. */
export function userLabels(users: readonly KnownUser[]): (id: string) => string {
  const names = new Map(users.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? (id === ERASED ? 'erased' : `unknown …${id.slice(-4)}`);
}

/** `11111111-1111-1111-1111-111111111111` -> `11111111…1111` */
export function shortId(id: string): string {
  return id.length > LONGEST ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}

/** `13:05`, UTC. */
export function clockText(timeMs: number): string {
  return utc(timeMs).toFormat('HH:mm');
}

/** `2022-10-29 13:05`, UTC. */
export function dateText(timeMs: number): string {
  return utc(timeMs).toFormat('yyyy-MM-dd HH:mm');
}

function utc(timeMs: number): DateTime {
  return DateTime.fromMillis(timeMs, { zone: 'utc' });
}
