import { DECODER_VERSION } from '@antenna/event-schema';
import {
  type ChunkIntent,
  type ClaimedPosition,
  CommitTooLongError,
  type CompletedChunk,
  type HourCount,
  type OpenIntent,
  type PositionMove,
  type PositionStore,
  type Reading,
  type Sink,
  SumOutOfRangeError,
  type TotalsCommit,
} from '@antenna/ingestion';
import type { Knex } from 'knex';
import pMap from 'p-map';
import { arrayOfBytes, arrayOfNumbers, arrayOfTexts, freeArrays } from './binary-array.ts';
import { callFunction } from './call-function.ts';
import { sqlStateOf } from './domain-error.ts';
import {
  CLAIM,
  COMMIT_STAGED_TOTALS,
  COMMIT_TOTALS,
  COMPLETE_CHUNK,
  RECORD_INTENT,
  STAGE_TOTALS,
} from './sql/speed.sql.ts';
import { type PartParameters, partsOf, totalParameters, userHourParameters } from './total-parameters.ts';

/**
 * The identity of a worker's stream. The database stores it with the positions and refuses workers of another stream.
 */
export interface StreamIdentity {
  readonly topic: string;
  readonly groupId: string;
  readonly clusterId: string;
  /** Undefined for a worker without the archive sink. */
  readonly archiveUrl: string | undefined;
  /** Not part of the identity: stored for watermarks and finality. */
  readonly allowedLatenessMs: number;
  /** The version of the decoding rules; that of this program by default. */
  readonly decoderVersion?: number;
  /** The name of the worker that claims, for operators. */
  readonly owner: string;
}

/** How a commit is sent. */
export interface CommitSizes {
  /** Rows of windows that one call may have. Each takes some 160 bytes, of which the driver makes two copies. */
  readonly rowsOfCall: number;
  /** Rows of each part of a larger commit. */
  readonly rowsOfPart: number;
}

/** While Postgres stores one part, the next one is made. */
const PARTS_AT_A_TIME = 2;

const USUAL_SIZES: CommitSizes = { rowsOfCall: 250_000, rowsOfPart: 65_536 };

/** How a store differs from the usual one. */
export interface PositionStoreOptions {
  readonly sizes?: CommitSizes;
  /** Connections with a longer statement time-out, for the last call of a large commit; the usual ones by default. */
  readonly patientDatabase?: Knex;
}

/**
 * Positions and totals in Postgres. Each transaction is one function call, so that a frozen client holds none open.
 */
export class PostgresPositionStore implements PositionStore {
  readonly #database: Knex;
  readonly #stream: StreamIdentity;
  readonly #sizes: CommitSizes;
  readonly #patientDatabase: Knex;

  constructor(
    database: Knex,
    stream: StreamIdentity,
    { sizes = USUAL_SIZES, patientDatabase = database }: PositionStoreOptions = {},
  ) {
    this.#database = database;
    this.#patientDatabase = patientDatabase;
    this.#stream = stream;
    this.#sizes = sizes;
  }

  async claim(sinks: readonly Sink[], partitions: readonly number[]): Promise<readonly ClaimedPosition[]> {
    const rows = await this.#call<ClaimRow>(CLAIM, {
      groupId: this.#stream.groupId,
      clusterId: this.#stream.clusterId,
      archiveUrl: sinks.includes('archive') ? (this.#stream.archiveUrl ?? null) : null,
      allowedLatenessMs: this.#stream.allowedLatenessMs,
      owner: this.#stream.owner,
      decoderVersion: this.#stream.decoderVersion ?? DECODER_VERSION,
      sinks: arrayOfTexts(sinks),
      partitions: arrayOfNumbers(partitions),
    });
    return rows.map(claimedPosition);
  }

  async commitTotals(commit: TotalsCommit, reading?: Reading): Promise<void> {
    const { totals, userHours } = commit;
    if (totals.length > this.#sizes.rowsOfCall) return this.#commitInParts(commit, reading);
    const rows = { ...totalParameters(totals), ...userHourParameters(userHours) };
    await this.#commit(this.#database, COMMIT_TOTALS, { ...commitColumns(commit), ...rows });
    freeArrays(Object.values(rows));
  }

  /**
   * Stores the sums in parts, each by a call of its own, so that memory holds a few parts at a time. The last call adds all
   * of them and moves the positions, in one transaction. The first part removes what was stored for an earlier commit.
   */
  async #commitInParts(commit: TotalsCommit, reading: Reading | undefined): Promise<void> {
    const parts = partsOf(commit, this.#sizes.rowsOfPart);
    reading?.pause();
    try {
      await this.#stageAll(commit, parts);
    } finally {
      reading?.resume();
    }
    const parameters = { ...commitColumns(commit), parts: parts.length };
    await this.#commit(this.#patientDatabase, COMMIT_STAGED_TOTALS, parameters);
  }

  async #stageAll(commit: TotalsCommit, [first, ...others]: readonly (() => PartParameters)[]): Promise<void> {
    if (first === undefined) throw new TypeError('a commit in parts has rows');
    await this.#stage(commit, 0, first());
    await pMap(others, (part, index) => this.#stage(commit, index + 1, part()), { concurrency: PARTS_AT_A_TIME });
  }

  async #stage({ moves }: TotalsCommit, part: number, rows: PartParameters): Promise<void> {
    const [first] = moves;
    if (first === undefined) throw new TypeError('a commit moves a position');
    const { partition, epoch, from } = first;
    await this.#call(STAGE_TOTALS, { partition, epoch, from, part, ...rows });
    freeArrays(Object.values(rows));
  }

  async recordIntent(intent: ChunkIntent): Promise<void> {
    const { fingerprint, ...chunk } = intent;
    await this.#call(RECORD_INTENT, {
      ...chunk,
      paths: arrayOfTexts(intent.paths),
      fingerprintOffset: fingerprint?.offset ?? null,
      fingerprint: fingerprint?.hash ?? null,
    });
  }

  async completeChunk({ move, decoderVersion, files, hasIntent }: CompletedChunk): Promise<void> {
    await this.#call(COMPLETE_CHUNK, {
      partition: move.partition,
      epoch: move.epoch,
      from: move.from,
      to: move.to,
      fingerprintOffset: move.fingerprint?.offset ?? null,
      fingerprint: move.fingerprint?.hash ?? null,
      decoderVersion,
      hasIntent,
      files: JSON.stringify(files.map((file) => ({ ...file, eventBytes: String(file.eventBytes) }))),
    });
  }

  async #commit(database: Knex, statement: string, parameters: Record<string, Knex.RawBinding>): Promise<void> {
    try {
      await this.#call(statement, parameters, database);
    } catch (error) {
      throw commitFailure(error);
    }
  }

  #call<Row>(
    statement: string,
    parameters: Record<string, Knex.RawBinding>,
    database = this.#database,
  ): Promise<Row[]> {
    return callFunction(database, statement, { topic: this.#stream.topic, ...parameters });
  }
}

/** All parameters of a commit but its sums. */
function commitColumns({ moves, hourCounts, lateness, deadLetters, deadLetterRanges }: TotalsCommit) {
  return {
    ...moveColumns(moves),
    ...hourCountColumns(hourCounts),
    deadLetters: JSON.stringify(
      deadLetters.map(({ partition, offset, reason, detail, timestampMs, payloadBytes }) => ({
        partition,
        offset,
        reason,
        detail,
        payloadBytes,
        timestampMs: isStorable(timestampMs) ? timestampMs : undefined,
      })),
    ),
    keys: arrayOfBytes(deadLetters.map(({ key }) => key)),
    payloads: arrayOfBytes(deadLetters.map(({ payload }) => payload)),
    deadLetterRanges: JSON.stringify(deadLetterRanges),
    lateness: JSON.stringify(lateness),
  };
}

const QUERY_CANCELED = '57014';
const NUMERIC_VALUE_OUT_OF_RANGE = '22003';

/** Translates failures of a commit that smaller commits can avoid (SQLSTATEs: PostgreSQL, appendix A). */
function commitFailure(error: unknown): unknown {
  const state = sqlStateOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (state === QUERY_CANCELED) return new CommitTooLongError(message, { cause: error });
  if (state === NUMERIC_VALUE_OUT_OF_RANGE) {
    const advice = 'see which rows of public.bytes and pipeline.user_hour_usage are near 2^63';
    return new SumOutOfRangeError(`a sum of the totals leaves the range of a 64-bit integer: ${message}; ${advice}`, {
      cause: error,
    });
  }
  return error;
}

/** A row as the driver returns it: bigint columns are texts. */
interface ClaimRow {
  readonly sink: Sink;
  readonly partition: number;
  readonly next_offset: string;
  readonly epoch: string;
  readonly fingerprint_offset: string | null;
  readonly fingerprint: string | null;
  readonly intent: OpenIntent | null;
  readonly generation: number;
  readonly waiting_ms: string | null;
}

function claimedPosition(row: ClaimRow): ClaimedPosition {
  const isMarked = row.fingerprint_offset !== null && row.fingerprint !== null;
  return {
    sink: row.sink,
    partition: row.partition,
    nextOffset: Number(row.next_offset),
    epoch: Number(row.epoch),
    fingerprint: isMarked ? { offset: Number(row.fingerprint_offset), hash: row.fingerprint } : undefined,
    openIntent: row.intent ?? undefined,
    generation: row.generation,
    // The value is negative after the clock of Postgres was set back.
    waitingMs: row.waiting_ms === null ? undefined : Math.max(0, Number(row.waiting_ms)),
  };
}

function moveColumns(moves: readonly PositionMove[]) {
  return {
    partitions: arrayOfNumbers(moves.map(({ partition }) => partition)),
    epochs: arrayOfNumbers(moves.map(({ epoch }) => epoch)),
    from: arrayOfNumbers(moves.map(({ from }) => from)),
    to: arrayOfNumbers(moves.map(({ to }) => to)),
    fingerprintOffsets: arrayOfNumbers(moves.map(({ fingerprint }) => fingerprint?.offset)),
    fingerprints: arrayOfTexts(moves.map(({ fingerprint }) => fingerprint?.hash)),
    eventTimesMs: arrayOfNumbers(moves.map(({ greatestEventTimeMs }) => greatestEventTimeMs)),
  };
}

function hourCountColumns(counts: readonly HourCount[]) {
  return {
    countedPartitions: arrayOfNumbers(counts.map(({ partition }) => partition)),
    countedHoursMs: arrayOfNumbers(counts.map(({ hourMs }) => hourMs)),
    countedEvents: arrayOfNumbers(counts.map(({ events }) => events)),
    countedBytes: arrayOfNumbers(counts.map(({ eventBytes }) => eventBytes)),
    countedLastOffsets: arrayOfNumbers(counts.map(({ lastOffset }) => lastOffset)),
  };
}

/** A record's timestamp may be any 64-bit number; one outside 1970 to 9999 is stored as NULL. */
function isStorable(timestampMs: number): boolean {
  return timestampMs >= 0 && timestampMs <= 253_402_300_799_999;
}
