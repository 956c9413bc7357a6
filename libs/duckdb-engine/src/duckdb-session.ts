import { availableParallelism, tmpdir } from 'node:os';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, listValue } from '@duckdb/node-api';
import { ProductError } from '@antenna/cli';
import { mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** The machine lacks the memory or the disk space that DuckDB needs. Nothing was written. */
export class EngineFailedError extends ProductError {
  readonly code = 'ENGINE_FAILED';
}

export interface DuckDbLimits {
  /** Maximum number of threads; default: one for each processor, at most four. */
  readonly threads?: number;
  /** Beyond this limit DuckDB spills to the temporary folder. Default: 448, which keeps the process below 1 GiB. */
  readonly memoryMiB?: number;
  /**
   * Limit of DuckDB's files in the temporary folder; default: 4,096, which fits the volume of the manifests beside what
   * compacting an hour of 50 million events needs otherwise (docs/operations.md, "Size"). Beyond the limit the query
   * fails; without one, Kubernetes would evict the pod.
   */
  readonly spillMiB?: number;
}

/**
 * DuckDB treats every path as a pattern. A wildcard in brackets stands for itself. (No pattern matches a backslash
 * beside a wildcard: such a file is refused as unreadable.)
 */
export function literalPath(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}

/** A DuckDB database in memory that queries files. */
export class DuckDbSession {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Runs the work with a session of its own, which loads no extensions and opens no network connections. */
  static async using<T>(
    { temporaryFolder, limits }: { readonly temporaryFolder: string; readonly limits: DuckDbLimits },
    work: (session: DuckDbSession) => Promise<T>,
  ): Promise<T> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(limits.threads ?? Math.min(4, availableParallelism())),
      memory_limit: `${limits.memoryMiB ?? 448}MiB`,
      temp_directory: temporaryFolder,
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      enable_external_file_cache: 'false',
    });
    try {
      const connection = await instance.connect();
      try {
        // When files mix timestamps with and without a zone, DuckDB reads the latter in this machine's zone.
        await connection.run("SET TimeZone = 'UTC'");
        // As an option of the instance, DuckDB 1.5 shows this setting but ignores it.
        await connection.run(`SET max_temp_directory_size = '${limits.spillMiB ?? 4_096}MiB'`);
        return await work(new DuckDbSession(connection));
      } finally {
        connection.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  }

  /**
   * The rows of a query, in batches. Integers of 64 bits and more become bigint.
   * @param files literal local paths, which the query refers to as `$files`.
   */
  async *rows<Row>(
    query: string,
    files: readonly string[],
    values: Readonly<Record<string, DuckDBValue>> = {},
  ): AsyncGenerator<readonly Row[], void, void> {
    const result = await this.#connection.stream(query, { ...values, files: listValue(files.map(literalPath)) });
    // The caller's query names the columns of Row.
    for await (const rows of result.yieldRowObjects()) yield rows as unknown as readonly Row[];
  }

  /** All rows of a query at once: for few rows. */
  async all<Row>(
    query: string,
    files: readonly string[],
    values?: Readonly<Record<string, DuckDBValue>>,
  ): Promise<readonly Row[]> {
    const all: Row[] = [];
    for await (const rows of this.rows<Row>(query, files, values)) all.push(...rows);
    return all;
  }

  /** Runs a statement without a result. */
  async run(statement: string): Promise<void> {
    await this.#connection.run(statement);
  }
}

/**
 * Runs the work with a temporary folder of its own, which is removed afterwards, even if the process exits meanwhile.
 * @throws {EngineFailedError} when the folder cannot be created.
 */
export async function withTemporaryFolder<T>(work: (path: string) => Promise<T>, parent = tmpdir()): Promise<T> {
  const path = await mkdtemp(join(parent, 'hour-engine-')).catch((error: unknown) => {
    const fact = error instanceof Error ? error.message : String(error);
    throw new EngineFailedError(
      `cannot make a folder for temporary files (${fact}): set TMPDIR to a folder that is there and can be written to`,
      { cause: error },
    );
  });
  const removeAtExit = () => {
    rmSync(path, { recursive: true, force: true });
  };
  process.once('exit', removeAtExit);
  try {
    return await work(path);
  } finally {
    process.off('exit', removeAtExit);
    await rm(path, { recursive: true, force: true });
  }
}
