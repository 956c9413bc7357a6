import type { FaultCode, PartitionFault, Sink } from '@antenna/ingestion';
import type { Knex } from 'knex';
import { arrayOfNumbers, arrayOfTexts } from './array-literal.ts';
import { callFunction } from './call-function.ts';
import {
  NOTE_PARTITION_ENDS,
  NOTE_PARTITION_FAULTS,
  NOW_FOR_NOTING,
  PARTITION_FAULTS,
  REFUSED_RECORDS,
  STREAM_STATUS,
} from './sql/speed.sql.ts';

/** How far a partition has come. Offsets are of the next record; undefined where nobody has noted one. */
export interface PartitionProgress {
  readonly partition: number;
  readonly offsets: Readonly<Record<Sink, number | undefined>>;
  readonly endOffset: number | undefined;
  readonly lag: Readonly<Record<Sink, number | undefined>>;
  readonly owner: string | undefined;
  readonly isIdle: boolean;
  /** Milliseconds since 1970, like the next two. */
  readonly greatestEventTimeMs: number | undefined;
  readonly watermarkMs: number | undefined;
  readonly archivedUntilMs: number | undefined;
  readonly openIntent:
    { readonly startOffset: number; readonly endOffset: number; readonly paths: readonly string[] } | undefined;
}

/** A partition that stands still, as its worker has noted it. */
export interface NotedFault extends PartitionFault {
  readonly partition: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly owner: string;
}

/** Where the stream stands, for status, drain and finality. */
export class StreamProgress {
  readonly #database: Knex;
  readonly #topic: string;

  constructor(database: Knex, topic: string) {
    this.#database = database;
    this.#topic = topic;
  }

  /** The partitions that were claimed at least once, in order. */
  async partitions(): Promise<readonly PartitionProgress[]> {
    return (await this.#call<StatusRow>(STREAM_STATUS, {})).map(progressOf);
  }

  /**
   * Notes each partition's end offset with the clock of Postgres, read before the offsets are: everything that had
   * arrived by then lies below them. Does not write them down when a worker has done so in the last `everyMs`.
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
   * Notes which of the partitions that a worker holds stand still, and that all others of them do not.
   * @param owner as whom it has claimed them: those that another has claimed since are left out.
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

  /** The partitions that stand still, whoever holds them, in order. */
  async faults(): Promise<readonly NotedFault[]> {
    return (await this.#call<FaultRow>(PARTITION_FAULTS, {})).map(faultOf);
  }

  /** How many records are dead letters, by reason, the most frequent one first. */
  async refusedRecords(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#call<{ reason: string; records: string }>(REFUSED_RECORDS, {});
    return new Map(rows.map(({ reason, records }) => [reason, Number(records)]));
  }

  #call<Row>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Row[]> {
    return callFunction(this.#database, statement, { topic: this.#topic, ...parameters });
  }
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
    greatestEventTimeMs: numberOf(row.greatest_event_time_ms),
    watermarkMs: numberOf(row.watermark_ms),
    archivedUntilMs: numberOf(row.archived_until_ms),
    openIntent: paths === null ? undefined : { startOffset: Number(start), endOffset: Number(end), paths },
  };
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}
