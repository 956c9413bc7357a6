import type { ManifestFiles, OpenRestore, RestoredManifest, SetAsideFile, SetAsideFiles } from '@antenna/ingestion';
import type { Knex } from 'knex';
import { arrayOfTexts } from './binary-array.ts';
import { functionAnswer } from './call-function.ts';
import type { CommandedStream } from './lost-records.ts';
import { NEXT_ARCHIVED_HOUR } from './sql/erasure.sql.ts';
import { BEGIN_RESTORE, END_RESTORE, NOTE_SET_ASIDE, UNKNOWN_PATHS } from './sql/operator.sql.ts';

interface SettledBy {
  /** Where the files go; recorded, and the same in every run until the restore is settled. */
  readonly asideUrl: string;
  readonly by: string;
}

/** The manifest of a database that was restored to an earlier time. Its calls need the rights of an operator. */
export class PostgresRestoredManifest implements RestoredManifest, ManifestFiles {
  readonly #database: Knex;
  readonly #stream: CommandedStream;
  readonly #settled: SettledBy;

  constructor(database: Knex, stream: CommandedStream, settled: SettledBy) {
    this.#database = database;
    this.#stream = stream;
    this.#settled = settled;
  }

  /**
   * @throws {OtherStreamError} when the database belongs to another stream.
   * @throws {RestoreUnsettledError} when a run with another place aside has not ended.
   */
  begin(): Promise<OpenRestore> {
    return functionAnswer(this.#database, BEGIN_RESTORE, { ...this.#stream, ...this.#settled });
  }

  unknownPaths(paths: readonly string[]): Promise<readonly string[]> {
    return functionAnswer(this.#database, UNKNOWN_PATHS, { paths: arrayOfTexts(paths) });
  }

  /** @throws {RestoreUnsettledError} when the restore was ended, or the path is known by now. */
  async noteSetAside(restore: number, file: SetAsideFile): Promise<void> {
    await functionAnswer(this.#database, NOTE_SET_ASIDE, { restore, ...file });
  }

  end(restore: number): Promise<SetAsideFiles> {
    return functionAnswer(this.#database, END_RESTORE, { restore });
  }

  async nextHour(fromMs: number) {
    const hour = await functionAnswer<Awaited<ReturnType<ManifestFiles['nextHour']>> | null>(
      this.#database,
      NEXT_ARCHIVED_HOUR,
      { fromMs },
    );
    return hour ?? undefined;
  }
}
