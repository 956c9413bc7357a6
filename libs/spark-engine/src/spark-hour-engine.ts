import { randomUUID } from 'node:crypto';
import { ArchiveContentError, type HourEngine, type HourTotals, type ListedFile } from '@antenna/hourly-batch';
import { addUpHour } from './add-up-hour.ts';
import { checkColumns } from './check-columns.ts';
import { literal, nameOf, patternOf } from './exact-files.ts';
import { SparkError } from './spark-error.ts';
import { type SparkEndpoint, SparkSession } from './spark-session.ts';
import { createView, SESSION, VERSION } from './sql/hour.sql.ts';

export interface SparkHourEngineOptions {
  readonly endpoint: SparkEndpoint;
  /** Root URL of the archive as Spark's workers reach it: `file:///…` or `gs://…`. */
  readonly archiveUrl: string;
}

/** Adds up an hour with Spark through its SQL endpoint (docs/decisions/0006-spark-engine.md). */
export class SparkHourEngine implements HourEngine {
  #name = 'spark';
  readonly #options: SparkHourEngineOptions;

  constructor(options: SparkHourEngineOptions) {
    this.#options = options;
  }

  /** `spark`, with the version once Spark has answered. */
  get name(): string {
    return this.#name;
  }

  async aggregate(hourMs: number, files: readonly ListedFile[]): Promise<HourTotals> {
    const { endpoint, archiveUrl } = this.#options;
    const pattern = patternOf(archiveUrl, files);
    try {
      return await SparkSession.using(endpoint, SESSION, async (session) => {
        const [{ version } = { version: '' }] = await session.all<{ readonly version: string }>(VERSION);
        this.#name = `spark ${version.split(' ', 1)[0] ?? ''}`;
        // A unique name, since a server may share one session among all clients.
        const view = `hour_${randomUUID().replaceAll('-', '')}` as const;
        const numbers = await checkColumns(session, { view, pattern, hourMs });
        await session.all(createView(view, pattern, numbers));
        return await addUpHour(session, { view, archiveUrl, files, hourMs });
      });
    } catch (error) {
      throw namingTheFile(error, files);
    }
  }
}

/** Spark names the file that it could not read by URL; callers know it by its path in the archive. */
function namingTheFile(error: unknown, files: readonly ListedFile[]): unknown {
  if (!(error instanceof SparkError) || error.code !== 'SPARK_FAILED') return error;
  // Spark writes file names as they are, as URLs, or as patterns.
  const isNamed = (name: string) =>
    [name, encodeURIComponent(name), literal(name)].some((spelling) => error.message.includes(spelling));
  const [named, another] = files.filter(({ path }) => isNamed(nameOf(path)));
  if (named === undefined || another !== undefined) return error;
  return new ArchiveContentError(`${named.path} cannot be read: ${error.message}`, { cause: error });
}
