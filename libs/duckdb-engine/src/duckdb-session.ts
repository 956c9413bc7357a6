import { availableParallelism } from 'node:os';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, listValue } from '@duckdb/node-api';

export interface DuckDbLimits {
  /** Threads at most; up to four of the processors unless given. */
  readonly threads?: number;
  /** Beyond it DuckDB writes to the temporary folder; 448 unless given, so that the process stays below 1 GiB. */
  readonly memoryMiB?: number;
  /**
   * What DuckDB may keep in the temporary folder; 5,632 unless given. Merging an hour of 15 million events took 1,140
   * besides the hour's files, three times as much as of 6 million: so it holds for some 50 million. Beyond it the query
   * fails, where Kubernetes would else evict the pod.
   */
  readonly spillMiB?: number;
}

/**
 * DuckDB takes every path for a pattern: a wildcard in brackets stands for itself. (What a pattern has no word for, a
 * backslash beside a wildcard, is found by no pattern and refused as a file that cannot be read.)
 */
export function literalPath(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}

/** Answers queries over files. */
export class DuckDbSession {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Runs the work with a database of its own, in memory. It loads no extension and reaches for no network. */
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
        // A time without a zone beside one with a zone would be read in the zone of this machine.
        await connection.run("SET TimeZone = 'UTC'");
        // As an option of the instance, DuckDB 1.5 shows this setting and does not keep to it.
        await connection.run(`SET max_temp_directory_size = '${limits.spillMiB ?? 5_632}MiB'`);
        return await work(new DuckDbSession(connection));
      } finally {
        connection.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  }

  /**
   * The rows that a query answers with, in batches. Integers of 64 bits and more come as bigint.
   * @param files local paths, which are no patterns: what the query calls `$files`.
   */
  async *rows<Row>(
    query: string,
    files: readonly string[],
    values: Readonly<Record<string, DuckDBValue>> = {},
  ): AsyncGenerator<readonly Row[], void, void> {
    const result = await this.#connection.stream(query, { ...values, files: listValue(files.map(literalPath)) });
    // The queries name their columns: that they are those of Row is known where the query is.
    for await (const rows of result.yieldRowObjects()) yield rows as unknown as readonly Row[];
  }

  /** Likewise, all at once: for few rows. */
  async all<Row>(
    query: string,
    files: readonly string[],
    values?: Readonly<Record<string, DuckDBValue>>,
  ): Promise<readonly Row[]> {
    const all: Row[] = [];
    for await (const rows of this.rows<Row>(query, files, values)) all.push(...rows);
    return all;
  }

  /** A statement that answers with nothing to look at. */
  async run(statement: string): Promise<void> {
    await this.#connection.run(statement);
  }
}
