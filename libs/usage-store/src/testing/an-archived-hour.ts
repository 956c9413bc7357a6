import type { HourCommit, HourRow, InputFile, ManifestFile } from '@antenna/hourly-batch';
import type { PostgresHourStore } from '../hour-store.ts';
import type { PostgresPositionStore } from '../position-store.ts';

/** 2022-10-29T13:00:00Z */
export const HOUR = Date.UTC(2022, 9, 29, 13);

const FOLDER = 'year=2022/month=10/day=29/hour=13';

/** Archives chunks of ten records in HOUR, each as a file of partition 0. */
export class ArchivedHour {
  readonly #worker: PostgresPositionStore;
  readonly #store: PostgresHourStore;
  #chunks = 0;

  constructor(worker: PostgresPositionStore, store: PostgresHourStore) {
    this.#worker = worker;
    this.#store = store;
  }

  /** @returns the path of the chunk's file. */
  async archive(eventBytes = 100n, decoderVersion = 1): Promise<string> {
    const [claimed] = await this.#worker.claim(['archive'], [0]);
    const { nextOffset: from = 0, epoch = 0 } = claimed ?? {};
    const to = from + 10;
    const path = `${FOLDER}/devices-0-${offsetText(from)}-${offsetText(to)}.parquet`;
    const file = { path, hourMs: HOUR, rows: 10, eventBytes, sizeBytes: 1_000, checksum: checksumOf(this.#chunks) };
    const move = { partition: 0, epoch, from, to, fingerprint: undefined, greatestEventTimeMs: undefined };
    await this.#worker.completeChunk({ move, decoderVersion, files: [file], hasIntent: false });
    this.#chunks += 1;
    return path;
  }

  /** Commits rows as the result of all files of the hour. */
  async compute(rows: readonly HourRow[], overrides: Partial<HourCommit> = {}) {
    const { files, revision } = await this.#store.readManifest(HOUR);
    return this.#store.commit(aResult(rows, { files, revision, ...sumsOf(files), ...overrides }));
  }
}

function aResult(rows: readonly HourRow[], overrides: Partial<HourCommit>): HourCommit {
  return {
    rows: rows.toSorted(byTypeAndId),
    events: 0,
    eventBytes: 0n,
    offsets: undefined,
    hourMs: HOUR,
    revision: 0,
    wasFinal: true,
    engine: 'test',
    files: [] as readonly InputFile[],
    startedAtMs: HOUR + 7_200_000,
    ...overrides,
  };
}

function sumsOf(files: readonly ManifestFile[]) {
  return {
    events: files.reduce((sum, { rows }) => sum + rows, 0),
    eventBytes: files.reduce((sum, file) => sum + file.eventBytes, 0n),
  };
}

/** One total of each type with the same sum, as every result has. */
export function totalsOf(bytesOfUsers: Readonly<Record<string, bigint>>): readonly HourRow[] {
  const sum = Object.values(bytesOfUsers).reduce((total, bytes) => total + bytes, 0n);
  return [
    { type: 'antenna_total_bytes', id: 'antenna', value: sum },
    { type: 'app_total_bytes', id: 'SKYPE', value: sum },
    ...Object.entries(bytesOfUsers).map(([id, value]) => ({ type: 'user_total_bytes' as const, id, value })),
  ];
}

function byTypeAndId(left: HourRow, right: HourRow): number {
  if (left.type !== right.type) return left.type < right.type ? -1 : 1;
  return Buffer.compare(Buffer.from(left.id), Buffer.from(right.id));
}

function offsetText(offset: number): string {
  return String(offset).padStart(12, '0');
}

function checksumOf(chunk: number): string {
  return chunk.toString(16).padStart(64, '0');
}
