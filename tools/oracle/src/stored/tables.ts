import pg from 'pg';
import type { CountedRange, RecordPosition } from '../records-of-ranges.ts';
import type { RowsDigest } from '../rows-digest.ts';
import type { QuotaTableRow, TotalsTableRow } from '../table-rows.ts';
import type { StoredCertificate, StoredCorrection } from './certified-results.ts';
import * as sql from './tables.sql.ts';

/** Runs a statement and returns its rows. */
export type Query = <Row extends pg.QueryResultRow>(
  statement: string,
  parameters: readonly unknown[],
) => Promise<readonly Row[]>;

export type Sink = 'totals' | 'archive';

/** A row of `user_metadata`. */
export interface KnownUser {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly quota: bigint | null;
}

/** A record that is no event and is stored whole. */
export interface DeadLetter extends RecordPosition {
  readonly reason: string;
}

/** Records of one partition that are no events for one reason and are only counted. */
export interface DeadLetterRange extends CountedRange {
  readonly reason: string;
}

/** A file of the archive, as the manifest lists it. */
export interface ListedFile {
  readonly topic: string;
  /** Relative to the archive's root. */
  readonly path: string;
  readonly rows: bigint;
  readonly sizeBytes: number;
  /** SHA-256, in hexadecimal digits. */
  readonly checksum: string;
}

/** Records [from, to) that an operator has given up for one sink. */
export interface Gap {
  readonly sink: Sink;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** An acknowledged truncation: where the log of a partition was cut, and how far each sink had read the log before. */
export interface Truncation {
  readonly partition: number;
  /** Of the log that begins with it. */
  readonly generation: number;
  readonly from: number;
  readonly totalsEnd: number;
  readonly archiveEnd: number;
}

/** A dead letter that `dead-letters replay` has sent again; without a new offset if the broker's answer was lost. */
export interface ReplayedLetter extends RecordPosition {
  readonly newOffset: number | null;
}

/** What the product says of the difference between speed and batch layer in one hour. */
export interface ReconciliationRow {
  /** As `2022-10-29T13`. */
  readonly hour: string;
  readonly type: string;
  /** Bytes that no cause explains: the sum of absolute values, so that two errors do not cancel each other. */
  readonly unexplained: bigint;
}

/** A quota event. Numbers are texts, as the driver returns them; so are those of the next. */
export interface StoredQuotaEvent {
  readonly id: string;
  readonly sequence: string;
  readonly hour: string;
  readonly state: string;
  readonly usage: string;
  readonly quota: string;
}

/** What a user with a quota has used in an hour, as the speed layer has counted it and as the batch layer has computed it. */
export interface QuotaHour {
  readonly id: string;
  readonly hour: string;
  readonly counted: string;
  readonly computed: string;
  readonly quota: string;
  /** Whether the hour was final when it was last computed. */
  readonly isFinal: boolean;
}

/** The bytes of an hour below a retention floor, whose rows are removed. */
export interface HourBytes {
  /** As `2022-10-29T13:00:00Z`. */
  readonly hour: string;
  readonly bytes: bigint;
}

/** Rows of which `StoredTables` makes digests. */
const digestStatements = { windows: sql.digestWindows, userHours: sql.digestUserHours } as const;

interface Before {
  /** Rows of this instant and later are left out; milliseconds since 1970. */
  readonly beforeMs?: number;
}

type Texts<Row, Columns extends keyof Row> = Omit<Row, Columns> & Record<Columns, string>;

/** What the workers have written to Postgres, read by statements that share nothing with the product's. */
export class StoredTables {
  readonly #query: Query;
  readonly #topic: string | null;

  /** @param topic whose dead letters, replays, losses, files and intents are read; those of all topics unless given. */
  constructor(query: Query, topic: string | null = null) {
    this.#query = query;
    this.#topic = topic;
  }

  /** The same tables, of one topic. */
  of(topic: string): StoredTables {
    return new StoredTables(this.#query, topic);
  }

  /** Ordered by time, type and id. */
  async totals(table: 'bytes' | 'bytes_hourly', { beforeMs }: Before = {}): Promise<TotalsTableRow[]> {
    const before = beforeMs === undefined ? 'infinity' : timestampText(beforeMs);
    return totalsRows(await this.#query<Texts<TotalsTableRow, 'value'>>(sql.selectTotals[table], [before]));
  }

  /** Totals by day (UTC). */
  async days(): Promise<TotalsTableRow[]> {
    return totalsRows(await this.#query<Texts<TotalsTableRow, 'value'>>(sql.selectDays, []));
  }

  /** The users' usage by hour that the speed layer keeps for quotas, as rows of `user_total_bytes`. */
  async userHours(): Promise<TotalsTableRow[]> {
    return totalsRows(await this.#query<Texts<TotalsTableRow, 'value'>>(sql.selectUserHours, []));
  }

  /** Digests of `bytes` (windows) or `pipeline.user_hour_usage` (userHours), where there are too many rows to read. */
  async digests(of: keyof typeof digestStatements, { beforeMs }: Required<Before>): Promise<RowsDigest[]> {
    const parameters = [timestampText(beforeMs)];
    const rows = await this.#query<Texts<RowsDigest, 'sum' | 'checksum'>>(digestStatements[of], parameters);
    return rows.map((row) => ({ ...row, sum: BigInt(row.sum), checksum: BigInt(row.checksum) }));
  }

  async overQuota(): Promise<QuotaTableRow[]> {
    const rows = await this.#query<Texts<QuotaTableRow, 'usage' | 'quota'>>(sql.selectOverQuota, []);
    return rows.map((row) => ({ ...row, usage: BigInt(row.usage), quota: BigInt(row.quota) }));
  }

  async users(): Promise<KnownUser[]> {
    const rows = await this.#query<Omit<KnownUser, 'quota'> & { quota: string | null }>(sql.selectUsers, []);
    return rows.map((row) => ({ ...row, quota: row.quota === null ? null : BigInt(row.quota) }));
  }

  deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#query(sql.selectDeadLetters, [this.#topic]);
  }

  deadLetterRanges(): Promise<readonly DeadLetterRange[]> {
    return this.#query(sql.selectDeadLetterRanges, [this.#topic]);
  }

  async manifest(): Promise<ListedFile[]> {
    const rows = await this.#query<Texts<ListedFile, 'rows'>>(sql.selectManifest, [this.#topic]);
    return rows.map((row) => ({ ...row, rows: BigInt(row.rows) }));
  }

  /** The first offsets of chunks of the archive that were begun and not finished. */
  openIntents(): Promise<readonly RecordPosition[]> {
    return this.#query(sql.selectOpenIntents, [this.#topic]);
  }

  /** By hour and type. */
  async reconciliation(): Promise<ReconciliationRow[]> {
    const rows = await this.#query<Texts<ReconciliationRow, 'unexplained'>>(sql.selectReconciliation, []);
    return rows.map((row) => ({ ...row, unexplained: BigInt(row.unexplained) }));
  }

  /** In the order of the chain. */
  certificates(): Promise<readonly StoredCertificate[]> {
    return this.#query(sql.selectCertificates, []);
  }

  corrections(): Promise<readonly StoredCorrection[]> {
    return this.#query(sql.selectCorrections, []);
  }

  /** The next offset of each partition. */
  async positions(sink: Sink): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#query<{ partition: number; offset: number }>(sql.selectPositions, [sink]);
    return new Map(rows.map(({ partition, offset }) => [partition, offset]));
  }

  /** Each record below the positions of the totals that was not given up. */
  countedRecords(): Promise<readonly RecordPosition[]> {
    return this.#query(sql.selectCountedOffsets, []);
  }

  gaps(): Promise<readonly Gap[]> {
    return this.#query(sql.selectGaps, [this.#topic]);
  }

  truncations(): Promise<readonly Truncation[]> {
    return this.#query(sql.selectTruncations, [this.#topic]);
  }

  /** Ordered by partition and offset; those that a broker refused are left out. */
  replays(): Promise<readonly ReplayedLetter[]> {
    return this.#query(sql.selectReplays, [this.#topic]);
  }

  /** The retention floors (milliseconds since 1970); null for one that was never raised. */
  floors(): Promise<readonly { readonly kind: string; readonly floorMs: number | null }[]> {
    return this.#query(sql.selectFloors, []);
  }

  /**
   * By hour, the bytes of the removed rows of `bytes` and of the events that came below the floor later, which only the
   * ledger counts; and how many events that were.
   */
  async keptBytes(): Promise<readonly (HourBytes & { readonly ledgerEvents: number })[]> {
    const rows = await this.#query<Texts<HourBytes, 'bytes'> & { ledgerEvents: number }>(sql.selectKeptBytes, []);
    return rows.map((row) => ({ ...row, bytes: BigInt(row.bytes) }));
  }

  /** By hour, the bytes of the removed rows of `bytes_hourly`. */
  async removedHours(): Promise<readonly HourBytes[]> {
    const rows = await this.#query<Texts<HourBytes, 'bytes'>>(sql.selectRemovedHours, []);
    return rows.map((row) => ({ ...row, bytes: BigInt(row.bytes) }));
  }

  /** Paths of the files that the last run of each hour before an instant has read. */
  async lastInputs(beforeMs: number): Promise<readonly string[]> {
    const rows = await this.#query<{ path: string }>(sql.selectLastInputs, [timestampText(beforeMs)]);
    return rows.map(({ path }) => path);
  }

  /** Partitions that stand still, and the code of the error. */
  faults(): Promise<readonly { readonly partition: number; readonly code: string }[]> {
    return this.#query(sql.selectFaults, []);
  }

  /** All quota events, those of each user in order. */
  quotaEvents(): Promise<readonly StoredQuotaEvent[]> {
    return this.#query<StoredQuotaEvent>(sql.selectQuotaEvents, []);
  }

  quotaHours(): Promise<readonly QuotaHour[]> {
    return this.#query<QuotaHour>(sql.selectQuotaHours, []);
  }
}

function timestampText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('Z', '');
}

function totalsRows(rows: readonly Texts<TotalsTableRow, 'value'>[]): TotalsTableRow[] {
  return rows.map((row) => ({ ...row, value: BigInt(row.value) }));
}

/** Reads the tables of a database by a connection of its own. @param topic see `StoredTables`. */
export async function withTables<T>(
  databaseUrl: string,
  work: (tables: StoredTables) => Promise<T>,
  topic?: string,
): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const query: Query = async <Row extends pg.QueryResultRow>(statement: string, parameters: readonly unknown[]) =>
      (await client.query<Row>(statement, [...parameters])).rows;
    return await work(new StoredTables(query, topic));
  } finally {
    await client.end();
  }
}
