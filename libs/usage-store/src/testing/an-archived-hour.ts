import { archivePath } from '@antenna/archive-format';
import type { HourCommit, HourRow, ManifestFile } from '@antenna/hourly-batch';
import type { PostgresHourStore } from '../hour-store.ts';
import type { PostgresPositionStore } from '../position-store.ts';
import { aMove } from './a-commit.ts';
import { STREAM } from './test-store.ts';

/** 2022-10-29T13:00:00Z */
export const HOUR = Date.UTC(2022, 9, 29, 13);

/** A result of HOUR that is not final and has no input file. The rows are sorted as those of an engine. */
export function anHourResult(rows: readonly HourRow[], overrides: Partial<HourCommit> = {}): HourCommit {
  return {
    rows: rows.toSorted(byTypeAndId),
    events: rows.length,
    offsets: undefined,
    hourMs: HOUR,
    revision: 0,
    wasFinal: false,
    engine: 'test',
    files: [],
    eventBytes: 0n,
    startedAtMs: HOUR,
    ...overrides,
  };
}

function byTypeAndId(left: HourRow, right: HourRow): number {
  if (left.type !== right.type) return left.type < right.type ? -1 : 1;
  return Buffer.compare(Buffer.from(left.id), Buffer.from(right.id));
}

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
    const path = archivePath({ topic: STREAM.topic, partition: 0, startOffset: from, endOffset: to, hourMs: HOUR });
    const file = {
      path,
      hourMs: HOUR,
      rows: 10,
      eventBytes,
      erasedEvents: 0,
      sizeBytes: 1_000,
      checksum: checksumOf(this.#chunks),
    };
    const move = aMove({ epoch, from, to });
    await this.#worker.completeChunk({ move, decoderVersion, files: [file], hasIntent: false });
    this.#chunks += 1;
    return path;
  }

  /** Commits rows as the final result of all files of the hour, two hours after it began. */
  async compute(rows: readonly HourRow[], overrides: Partial<HourCommit> = {}) {
    const { files, revision } = await this.#store.readManifest(HOUR);
    const result = { files, revision, ...sumsOf(files), wasFinal: true, startedAtMs: HOUR + 7_200_000 };
    return this.#store.commit(anHourResult(rows, { ...result, ...overrides }));
  }
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

function checksumOf(chunk: number): string {
  return chunk.toString(16).padStart(64, '0');
}
