import type {
  ArchivedHours,
  CommittedHour,
  HourCommit,
  HourManifest,
  HourPreview,
  HourRange,
  HourRow,
  HourStatus,
  HourStatuses,
  HourStore,
  HourTotals,
  InputFile,
  ManifestFile,
  OverQuota,
  UnsettledHours,
} from '@antenna/hourly-batch';
import type { Knex } from 'knex';
import { arrayOfNumbers, arrayOfTexts } from './binary-array.ts';
import { callForRow, type Json } from './call-function.ts';
import { type MadePartitions, makePartitions } from './partitions.ts';
import type { Patience } from './patience.ts';
import {
  ARCHIVED_HOURS,
  COMMIT_HOUR,
  HOUR_STATUSES,
  PREVIEW_OVER_QUOTA,
  READ_MANIFEST,
  SUM_DAY,
} from './sql/batch.sql.ts';

export interface HourStoreOptions {
  /** The archive that the program reads: a database of another archive is refused. Undefined skips this check. */
  readonly archiveUrl: string | undefined;
  /** The greatest number of users over quota in a preview. */
  readonly previewedUsers: number;
  /** Name and version of the program, for certificates. */
  readonly program?: string;
  /** Retries each call; all calls are idempotent. Without it a transient failure is thrown, too. */
  readonly patience?: Patience | undefined;
}

/** Manifest and hourly results in Postgres. Each method is one function call. */
export class PostgresHourStore implements HourStore {
  readonly #database: Knex;
  readonly #options: HourStoreOptions;

  constructor(database: Knex, options: HourStoreOptions) {
    this.#database = database;
    this.#options = options;
  }

  async readManifest(hourMs: number): Promise<HourManifest> {
    const parameters = { archiveUrl: this.#options.archiveUrl ?? null, hourMs };
    const { manifest } = await this.#call<{ manifest: ManifestJson }>(READ_MANIFEST, parameters);
    const files = manifest.files.map((file) => ({ ...file, eventBytes: BigInt(file.eventBytes) }));
    return { ...manifest, files, partitions: manifest.partitions.map(partitionOf) };
  }

  async statuses(selection: HourRange | UnsettledHours = ALL_TIME): Promise<HourStatuses> {
    const parameters = 'newest' in selection ? { ...ALL_TIME, ...selection } : { ...selection, newest: null };
    const { statuses } = await this.#call<{ statuses: StatusesJson }>(HOUR_STATUSES, parameters);
    const { windowsMs, hoursMs } = statuses.floors;
    return {
      ...statuses,
      floors: { windowsMs: windowsMs ?? undefined, hoursMs: hoursMs ?? undefined },
      hours: statuses.hours.map(statusOf),
      partitions: statuses.partitions.map(partitionOf),
    };
  }

  /** Every hour of which the archive has files, for compaction. One query reads the whole manifest. */
  async archivedHours(): Promise<ArchivedHours> {
    const { answer } = await this.#call<{ answer: ArchivedHoursJson }>(ARCHIVED_HOURS, {});
    return { ...answer, partitions: answer.partitions.map(partitionOf) };
  }

  async commit(result: HourCommit): Promise<CommittedHour> {
    const { hourMs, revision, wasFinal, engine, events, startedAtMs } = result;
    const row = await this.#call<CommittedRow>(COMMIT_HOUR, {
      ...{ hourMs, revision, wasFinal, engine, events, startedAtMs },
      eventBytes: String(result.eventBytes),
      inputFiles: JSON.stringify(result.files.map(inputFile)),
      ...rowColumns(result.rows),
      program: this.#options.program ?? null,
    });
    return committedHour(row);
  }

  async preview(hourMs: number, { rows }: HourTotals): Promise<HourPreview> {
    const parameters = { hourMs, most: this.#options.previewedUsers, ...rowColumns(rows) };
    const { preview } = await this.#call<{ preview: PreviewJson }>(PREVIEW_OVER_QUOTA, parameters);
    return { ...preview, overQuota: preview.overQuota.map(overQuotaOf) };
  }

  /**
   * Adds the hours of finished days to the stored sums of the days, one day a transaction. The sums that people see
   * stay the same, and cost less to read (docs/decisions/0017-days.md).
   * @returns how many days were stored.
   */
  async sumDays(): Promise<number> {
    let days = 0;
    while ((await this.#call<{ day: string | null }>(SUM_DAY, {})).day !== null) days += 1;
    return days;
  }

  /**
   * Creates the partitions of the coming months. No commit waits longer than 100 ms for the creation, and a failed
   * creation is not repeated in this call.
   * @throws a transient failure while another transaction holds the default partition: the next run tries again.
   */
  makePartitions(): Promise<MadePartitions> {
    return makePartitions(this.#database, false);
  }

  /** @returns the one row of the answer. */
  #call<Row>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Row> {
    const call = () => callForRow<Row>(this.#database, statement, parameters);
    return this.#options.patience?.retry(call) ?? call();
  }
}

/** The range of an event's hour: from 1970 to 9999. */
const ALL_TIME: HourRange = { fromMs: 0, toMs: 253_402_300_800_000 };

type PartitionJson = Json<HourManifest['partitions'][number], never, 'archivedUntilMs' | 'gap'>;

type ManifestJson = Omit<HourManifest, 'files' | 'partitions'> & {
  readonly files: readonly Json<ManifestFile, 'eventBytes'>[];
  readonly partitions: readonly PartitionJson[];
};

type HourJson = Json<HourStatuses['hours'][number], 'unexplainedBytes', 'lastRun'>;

type StatusesJson = Omit<HourStatuses, 'hours' | 'partitions' | 'floors'> & {
  readonly floors: Json<HourStatuses['floors'], never, 'windowsMs' | 'hoursMs'>;
  readonly hours: readonly HourJson[];
  readonly partitions: readonly PartitionJson[];
};

type ArchivedHoursJson = Omit<ArchivedHours, 'partitions'> & { readonly partitions: readonly PartitionJson[] };

interface CommittedRow {
  readonly users_over_quota: string;
  readonly users_without_metadata: string;
  readonly corrected_rows: string;
  readonly certificate_number: string | null;
  readonly certificate_hash: string | null;
}

type PreviewJson = Omit<HourPreview, 'overQuota'> & {
  readonly overQuota: readonly Json<OverQuota, 'usage' | 'quota', 'email'>[];
};

function partitionOf(partition: PartitionJson) {
  return { ...partition, archivedUntilMs: partition.archivedUntilMs ?? undefined, gap: partition.gap ?? undefined };
}

function statusOf(hour: HourJson): HourStatus {
  return { ...hour, lastRun: hour.lastRun ?? undefined, unexplainedBytes: BigInt(hour.unexplainedBytes) };
}

function committedHour({ certificate_number: number, certificate_hash: hash, ...row }: CommittedRow): CommittedHour {
  return {
    usersOverQuota: Number(row.users_over_quota),
    usersWithoutMetadata: Number(row.users_without_metadata),
    correctedRows: Number(row.corrected_rows),
    certificate: number === null || hash === null ? undefined : { number: Number(number), hash },
  };
}

function overQuotaOf({ email, usage, quota }: PreviewJson['overQuota'][number]): OverQuota {
  return { email: email ?? undefined, usage: BigInt(usage), quota: BigInt(quota) };
}

/** The part of an input file that is recorded with the run. */
function inputFile({ path, rows, sizeBytes, partition, startOffset, endOffset }: InputFile) {
  return { path, rows, sizeBytes, partition, startOffset, endOffset };
}

function rowColumns(rows: readonly HourRow[]) {
  return {
    types: arrayOfTexts(rows.map(({ type }) => type)),
    ids: arrayOfTexts(rows.map(({ id }) => id)),
    values: arrayOfNumbers(rows.map(({ value }) => value)),
  };
}
