import type { FaultCode, PartitionFault, Sink } from '@antenna/ingestion';
import type { Knex } from 'knex';
import { arrayOfNumbers, arrayOfTexts } from './binary-array.ts';
import { callForRow, callFunction } from './call-function.ts';
import {
  LATENESS_SUMMARY,
  NOTE_PARTITION_ENDS,
  NOTE_PARTITION_FAULTS,
  NOW_FOR_NOTING,
  PARTITION_FAULTS,
  RECONCILIATION_STATUS,
  REFUSED_RECORDS,
  STREAM_STATUS,
} from './sql/speed.sql.ts';

/** The progress of a partition. An offset is that of the next record, and undefined if none was noted. */
export interface PartitionProgress {
  readonly partition: number;
  readonly offsets: Readonly<Record<Sink, number | undefined>>;
  readonly endOffset: number | undefined;
  readonly lag: Readonly<Record<Sink, number | undefined>>;
  /** The worker that claimed the partition last, and may have ended since. */
  readonly owner: string | undefined;
  readonly isIdle: boolean;
  /** When the totals last moved. This and the next four: milliseconds since 1970. */
  readonly movedAtMs: number | undefined;
  /** When a worker of the group last read the end of the partition. */
  readonly notedAtMs: number | undefined;
  readonly greatestEventTimeMs: number | undefined;
  readonly watermarkMs: number | undefined;
  readonly archivedUntilMs: number | undefined;
  readonly openIntent:
    { readonly startOffset: number; readonly endOffset: number; readonly paths: readonly string[] } | undefined;
}

/** A stopped partition, as its worker has noted it. */
export interface NotedFault extends PartitionFault {
  readonly partition: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly owner: string;
}

/** How late the events were that were counted on the last day with events. */
export interface StreamLateness {
  readonly events: number;
  /** Events later than the allowed lateness of the worker that counted them. */
  readonly lateEvents: number;
  /** Events that are more than a second ahead of their records. */
  readonly aheadEvents: number;
  /** Upper bounds of the lateness of 99 % and 99.9 % of the events, seconds. */
  readonly secondsFor99: number;
  readonly secondsFor999: number;
  /** The antennas that are furthest off; at most five. */
  readonly antennas: readonly LateAntenna[];
}

export interface LateAntenna {
  readonly antennaId: string;
  /** Events of the commits in which some of the antenna's events were late or ahead. */
  readonly events: number;
  readonly lateEvents: number;
  readonly aheadEvents: number;
  /** How far the antenna's clock is ahead at least; negative for a clock behind, null if some events were on time. */
  readonly clockOffsetSeconds: number | null;
}

/** What the last reconciliations of all hours found (docs/operations.md, "Reconciliation"). */
export interface ReconciliationStatus {
  /** A sum over the hours, rounded to a number. */
  readonly unexplainedBytes: number;
  readonly fileProblems: number;
  /** Seconds since 1970. */
  readonly reconciledAtSeconds: number;
}

/** The progress of the stream, for status, drain and finality. */
export class StreamProgress {
  readonly #database: Knex;
  readonly #topic: string;

  constructor(database: Knex, topic: string) {
    this.#database = database;
    this.#topic = topic;
  }

  /** The partitions that a worker has claimed, in order. */
  async partitions(): Promise<readonly PartitionProgress[]> {
    return (await this.#call<StatusRow>(STREAM_STATUS, {})).map(progressOf);
  }

  /**
   * Notes the end offset of each partition with a time of Postgres's clock that is read before the offsets, so that all
   * records that had arrived by then lie below the offset. Reads the offsets without noting them when a worker has
   * noted some in the last `everyMs` milliseconds.
   */
  async noteEnds(readEnds: () => Promise<ReadonlyMap<number, number | undefined>>, everyMs = 0): Promise<void> {
    const [clock] = await this.#call<{ now: string | null }>(NOW_FOR_NOTING, { everyMs });
    const ends = [...(await readEnds())].sort(([left], [right]) => left - right);
    const notedAt = clock?.now ?? null;
    if (notedAt === null) return;
    await this.#call(NOTE_PARTITION_ENDS, {
      notedAt,
      partitions: arrayOfNumbers(ends.map(([partition]) => partition)),
      ends: arrayOfNumbers(ends.map(([, end]) => end)),
    });
  }

  /**
   * Notes which of a worker's partitions are stopped, and deletes the faults of its other partitions.
   * @param owner the worker's name in its claims: partitions that another worker has claimed since are left out.
   */
  async noteFaults(
    owner: string,
    assigned: readonly number[],
    faults: ReadonlyMap<number, PartitionFault>,
  ): Promise<void> {
    const stopped = [...faults].sort(([left], [right]) => left - right);
    await this.#call(NOTE_PARTITION_FAULTS, {
      owner,
      assigned: arrayOfNumbers(assigned),
      partitions: arrayOfNumbers(stopped.map(([partition]) => partition)),
      codes: arrayOfTexts(stopped.map(([, { code }]) => code)),
      sinks: arrayOfTexts(stopped.map(([, { sink }]) => sink)),
      details: arrayOfTexts(stopped.map(([, { message }]) => message)),
    });
  }

  /** The stopped partitions of all workers, in order. */
  async faults(): Promise<readonly NotedFault[]> {
    return (await this.#call<FaultRow>(PARTITION_FAULTS, {})).map(faultOf);
  }

  /** The number of dead letters by reason, the most frequent reason first. */
  async refusedRecords(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#call<{ reason: string; records: string }>(REFUSED_RECORDS, {});
    return new Map(rows.map(({ reason, records }) => [reason, Number(records)]));
  }

  /** Undefined before the first event with a record timestamp. */
  async lateness(): Promise<StreamLateness | undefined> {
    const { summary } = await callForRow<{ summary: StreamLateness | null }>(this.#database, LATENESS_SUMMARY, {});
    return summary ?? undefined;
  }

  /** Undefined before the first reconciliation. */
  async reconciliation(): Promise<ReconciliationStatus | undefined> {
    const [row] = await this.#call<ReconciliationRow>(RECONCILIATION_STATUS, {});
    if (row === undefined) return undefined;
    return {
      unexplainedBytes: Number(row.unexplained_bytes),
      fileProblems: Number(row.file_problems),
      reconciledAtSeconds: Number(row.reconciled_at_seconds),
    };
  }

  #call<Row>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Row[]> {
    return callFunction(this.#database, statement, { topic: this.#topic, ...parameters });
  }
}

interface ReconciliationRow {
  readonly unexplained_bytes: string;
  readonly file_problems: string;
  readonly reconciled_at_seconds: string;
}

interface FaultRow {
  readonly partition: number;
  readonly code: FaultCode;
  readonly sink: Sink | null;
  readonly detail: string;
  readonly since_ms: string;
  readonly owner: string;
}

function faultOf({ partition, code, sink, detail, since_ms: sinceMs, owner }: FaultRow): NotedFault {
  return { partition, code, message: detail, ...(sink === null ? {} : { sink }), sinceMs: Number(sinceMs), owner };
}

interface StatusRow {
  readonly partition: number;
  readonly totals_offset: string;
  readonly archive_offset: string | null;
  readonly end_offset: string | null;
  readonly totals_lag: string | null;
  readonly archive_lag: string | null;
  readonly owner: string | null;
  readonly is_idle: boolean;
  readonly moved_at_ms: string | null;
  readonly noted_at_ms: string | null;
  readonly greatest_event_time_ms: string | null;
  readonly watermark_ms: string | null;
  readonly archived_until_ms: string | null;
  readonly intent_start: string | null;
  readonly intent_end: string | null;
  readonly intent_paths: readonly string[] | null;
}

function progressOf(row: StatusRow): PartitionProgress {
  const { intent_start: start, intent_end: end, intent_paths: paths } = row;
  return {
    partition: row.partition,
    offsets: { totals: Number(row.totals_offset), archive: numberOf(row.archive_offset) },
    endOffset: numberOf(row.end_offset),
    lag: { totals: numberOf(row.totals_lag), archive: numberOf(row.archive_lag) },
    owner: row.owner ?? undefined,
    isIdle: row.is_idle,
    movedAtMs: numberOf(row.moved_at_ms),
    notedAtMs: numberOf(row.noted_at_ms),
    greatestEventTimeMs: numberOf(row.greatest_event_time_ms),
    watermarkMs: numberOf(row.watermark_ms),
    archivedUntilMs: numberOf(row.archived_until_ms),
    openIntent: paths === null ? undefined : { startOffset: Number(start), endOffset: Number(end), paths },
  };
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}
