import type {
  CommittedHour,
  HourCommit,
  HourManifest,
  HourPreview,
  HourRange,
  HourRow,
  HourStatuses,
  HourStore,
  HourTotals,
  InputFile,
  ManifestFile,
  OverQuota,
} from '@antenna/hourly-batch';
import type { Knex } from 'knex';
import { arrayOfNumbers, arrayOfTexts } from './array-literal.ts';
import { callFunction } from './call-function.ts';
import type { Patience } from './patience.ts';
import { COMMIT_HOUR, HOUR_STATUSES, PREVIEW_OVER_QUOTA, READ_MANIFEST } from './sql/batch.sql.ts';

export interface HourStoreOptions {
  /** The archive that is read: a database that belongs to another one is refused. Undefined asks for no check. */
  readonly archiveUrl: string | undefined;
  /** Users over quota that a preview names at most. */
  readonly previewedUsers: number;
  /** Each call is repeated with it, which none of them minds; without it a failure that passes is thrown, too. */
  readonly patience?: Patience | undefined;
}

/** Manifest and hourly results in Postgres, one function call each. */
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

  async statuses({ fromMs, toMs }: HourRange = ALL_TIME): Promise<HourStatuses> {
    const { statuses } = await this.#call<{ statuses: StatusesJson }>(HOUR_STATUSES, { fromMs, toMs });
    const hours = statuses.hours.map((hour) => ({ ...hour, lastRun: hour.lastRun ?? undefined }));
    return { ...statuses, hours, partitions: statuses.partitions.map(partitionOf) };
  }

  async commit(result: HourCommit): Promise<CommittedHour> {
    const { hourMs, revision, wasFinal, engine, events, startedAtMs } = result;
    const row = await this.#call<{ users_over_quota: string; users_without_metadata: string }>(COMMIT_HOUR, {
      ...{ hourMs, revision, wasFinal, engine, events, startedAtMs },
      eventBytes: String(result.eventBytes),
      inputFiles: JSON.stringify(result.files.map(inputFile)),
      ...rowColumns(result.rows),
    });
    return { usersOverQuota: Number(row.users_over_quota), usersWithoutMetadata: Number(row.users_without_metadata) };
  }

  async preview(hourMs: number, { rows }: HourTotals): Promise<HourPreview> {
    const parameters = { hourMs, most: this.#options.previewedUsers, ...rowColumns(rows) };
    const { preview } = await this.#call<{ preview: PreviewJson }>(PREVIEW_OVER_QUOTA, parameters);
    return { ...preview, overQuota: preview.overQuota.map(overQuotaOf) };
  }

  /** @returns the one row that each of these calls answers with. */
  async #call<Row>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Row> {
    const call = () => callFunction<Row>(this.#database, statement, parameters);
    const [row] = await (this.#options.patience?.retry(call) ?? call());
    if (row === undefined) throw new TypeError('a function without an answer');
    return row;
  }
}

/** From 1970 to 9999, what an event's hour can be. */
const ALL_TIME: HourRange = { fromMs: 0, toMs: 253_402_300_800_000 };

/** What JSON cannot say as it is: large integers are texts, what is not there is null. */
type Json<T, Texts extends keyof T, Nulls extends keyof T = never> = Omit<T, Texts | Nulls> &
  Readonly<Record<Texts, string>> & { readonly [Key in Nulls]: Exclude<T[Key], undefined> | null };

type PartitionJson = Json<HourManifest['partitions'][number], never, 'archivedUntilMs' | 'gap'>;

type ManifestJson = Omit<HourManifest, 'files' | 'partitions'> & {
  readonly files: readonly Json<ManifestFile, 'eventBytes'>[];
  readonly partitions: readonly PartitionJson[];
};

type StatusesJson = Omit<HourStatuses, 'hours' | 'partitions'> & {
  readonly hours: readonly Json<HourStatuses['hours'][number], never, 'lastRun'>[];
  readonly partitions: readonly PartitionJson[];
};

type PreviewJson = Omit<HourPreview, 'overQuota'> & {
  readonly overQuota: readonly Json<OverQuota, 'usage' | 'quota', 'email'>[];
};

function partitionOf(partition: PartitionJson) {
  return { ...partition, archivedUntilMs: partition.archivedUntilMs ?? undefined, gap: partition.gap ?? undefined };
}

function overQuotaOf({ email, usage, quota }: PreviewJson['overQuota'][number]): OverQuota {
  return { email: email ?? undefined, usage: BigInt(usage), quota: BigInt(quota) };
}

/** What a run keeps of a file that it read. */
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
