import { WindowTotals } from '@antenna/aggregation';
import { archiveUrl, archiveUrlOf, openEventArchive, type ParquetArchive } from '@antenna/event-archive';
import { EventInterners } from '@antenna/event-schema';
import { archivePath, EventsByHour } from '@antenna/archive-format';
import { type ArchivedFile, archivedFile, HourCounts } from '@antenna/ingestion';
import { openDatabase, PostgresPositionStore, StreamProgress } from '@antenna/usage-store';

type Database = ReturnType<typeof openDatabase>;

export interface TestEvent {
  /** ISO-8601, UTC. */
  readonly at: string;
  readonly id?: string;
  readonly bytes?: number;
  readonly app?: string;
  readonly antennaId?: string;
}

const TOPIC = 'devices';

/** Counts and archives events as the speed layer does, by the same adapters. */
export class TestWorker {
  readonly #archive: ParquetArchive;
  readonly #positions: PostgresPositionStore;
  readonly #progress: StreamProgress;
  readonly #ends = new Map<number, number>();

  private constructor(archive: ParquetArchive, database: Database, url: string) {
    this.#archive = archive;
    const stream = {
      topic: TOPIC,
      groupId: 'speed-layer',
      clusterId: 'cluster',
      allowedLatenessMs: 0,
      owner: 'a test',
    };
    this.#positions = new PostgresPositionStore(database, { ...stream, archiveUrl: url });
    this.#progress = new StreamProgress(database, TOPIC);
  }

  static async open(database: Database, url: string, emulatorUrl?: string): Promise<TestWorker> {
    const location = archiveUrl.schema.parse(url);
    return new TestWorker(await openEventArchive(location, { emulatorUrl }), database, archiveUrlOf(location));
  }

  /** Archives one chunk: the records of the partition that follow the previous chunk. @returns its files. */
  async archive(partition: number, events: readonly TestEvent[]): Promise<readonly ArchivedFile[]> {
    const [claimed] = await this.#positions.claim(['archive'], [partition]);
    const { nextOffset: from = 0, epoch = 0 } = claimed ?? {};
    const to = from + events.length;
    const files = await this.#createFiles(partition, from, events);
    const move = { partition, epoch, from, to, fingerprint: undefined, greatestEventTimeMs: undefined };
    await this.#positions.completeChunk({ move, decoderVersion: 1, files, hasIntent: false });
    this.#ends.set(partition, to);
    return files;
  }

  /** Counts one commit of the totals: the records of the partition that follow the previous commit. */
  async count(partition: number, events: readonly TestEvent[]): Promise<void> {
    const [claimed] = await this.#positions.claim(['totals'], [partition]);
    const { nextOffset: from = 0, epoch = 0 } = claimed ?? {};
    const totals = new WindowTotals();
    const interners = new EventInterners();
    const hourCounts = new HourCounts();
    events.forEach((event, index) => {
      const interned = internedEvent(interners, event);
      totals.add(interned);
      hourCounts.add(partition, from + index, interned);
    });
    const move = { partition, epoch, from, to: from + events.length, fingerprint: undefined };
    await this.#positions.commitTotals({
      moves: [{ ...move, greatestEventTimeMs: undefined }],
      ...totals.rows(),
      hourCounts: hourCounts.rows(),
      lateness: { buckets: [], sumMs: 0, antennas: [] },
      deadLetters: [],
      deadLetterRanges: [],
    });
  }

  /**
   * Records an intent and creates its files without completing the chunk, as a worker that dies.
   * @returns their paths.
   */
  async abandon(partition: number, events: readonly TestEvent[]): Promise<readonly string[]> {
    const [claimed] = await this.#positions.claim(['archive'], [partition]);
    const { nextOffset: startOffset = 0, epoch = 0 } = claimed ?? {};
    const paths = (await this.#createFiles(partition, startOffset, events)).map(({ path }) => path);
    const endOffset = startOffset + events.length;
    await this.#positions.recordIntent({ partition, epoch, startOffset, endOffset, decoderVersion: 1, paths });
    return paths;
  }

  /** Notes an end offset for each partition: its archived records plus `more`. */
  noteEnds(more = 0): Promise<void> {
    const ends = [...this.#ends].map(([partition, end]) => [partition, end + more] as const);
    return this.#progress.noteEnds(() => Promise.resolve(new Map(ends)));
  }

  close(): Promise<void> {
    return this.#archive.close();
  }

  #createFiles(partition: number, from: number, events: readonly TestEvent[]): Promise<readonly ArchivedFile[]> {
    const byHour = new EventsByHour(partition);
    const interners = new EventInterners();
    events.forEach((event, index) => {
      byHour.append(from + index, internedEvent(interners, event));
    });
    const chunk = { topic: TOPIC, partition, startOffset: from, endOffset: from + events.length };
    const hours = [...byHour.takeAll()];
    return Promise.all(
      hours.map(async ([hourMs, rows]) => {
        const path = archivePath({ ...chunk, hourMs });
        const file = await this.#archive.create(path, rows);
        if (file === undefined) throw new Error(`${path} exists already`);
        return archivedFile(path, hourMs, file, rows);
      }),
    );
  }
}

function internedEvent(
  interners: EventInterners,
  { at, id = 'ana', bytes = 5, app = 'SKYPE', antennaId = 'antenna' }: TestEvent,
) {
  return interners.intern({ eventTimeMs: Date.parse(at), id, bytes, app, antennaId });
}
