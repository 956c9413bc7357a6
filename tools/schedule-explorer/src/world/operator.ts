import { parseArchivePath, sumOfBytes } from '@antenna/archive-format';
import { type ArchivedFile, unreadableRange } from '@antenna/ingestion';
import { PassingFailure, type PendingCalls } from './pending-calls.ts';
import type { SimulatedArchive } from './simulated-archive.ts';
import type { HeldPosition, SimulatedStore } from './simulated-store.ts';
import type { SimulatedPartition } from './simulated-topic.ts';

export interface OperatorParts {
  readonly partitions: readonly SimulatedPartition[];
  readonly store: SimulatedStore;
  readonly archive: SimulatedArchive;
  readonly calls: PendingCalls;
  /** Whether a failure says that a worker has moved what the command is about. */
  readonly isRefusal: (error: unknown) => boolean;
}

/** The caller number of operators' calls; workers have the numbers from 1. */
export const OPERATOR = 0;

const ATTEMPTS = 3;

/** Whoever runs speed-layer:acknowledge-gap, as apps/speed-layer/src/acknowledge-gap.ts does it. */
export class Operator {
  readonly #parts: OperatorParts;
  isBusy = false;
  failure: Error | undefined;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /** Whether retention has deleted what a sink lacks. */
  get hasReason(): boolean {
    const { partitions, store } = this.#parts;
    return partitions.some(({ number, earliest }) =>
      (['totals', 'archive'] as const).some((sink) => store.nextOffset(sink, number) < earliest),
    );
  }

  /** Begins anew when a worker has moved meanwhile what it is about. Another failure ends it, to be run again. */
  async acknowledgeGaps(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) if (await this.#attempt()) return;
    } catch (error) {
      if (!(error instanceof PassingFailure)) this.failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.isBusy = false;
    }
  }

  async #attempt(): Promise<boolean> {
    try {
      await this.#acknowledge();
      return true;
    } catch (error) {
      if (this.#parts.isRefusal(error)) return false;
      throw error;
    }
  }

  async #acknowledge(): Promise<void> {
    const { partitions, store, archive } = this.#parts;
    const positions = await this.#call('held positions', () => store.heldPositions());
    const ranges = await this.#call('offsets', () => partitions.map(({ range }) => range));
    for (const position of positions) {
      const range = ranges[position.partition];
      const gap = range && unreadableRange(lackOf(position), range);
      if (gap === undefined) continue;
      const paths = position.openIntent?.paths ?? [];
      const files = await this.#call('look for files', () =>
        paths.flatMap((path) => existingFile(archive, path) ?? []),
      );
      await this.#call('acknowledgeGap', () => {
        store.acknowledgeGap({ position, to: gap.to, files });
      });
    }
  }

  #call<T>(name: string, operation: () => T): Promise<T> {
    return this.#parts.calls.add(OPERATOR, name, operation);
  }
}

function lackOf({ sink, partition, nextOffset: position, openIntent }: HeldPosition) {
  return { sink, partition, position, intentEnd: openIntent?.endOffset };
}

/** What the manifest says of a file of the archive; undefined when there is no such file. */
export function existingFile(archive: SimulatedArchive, path: string): ArchivedFile | undefined {
  const name = parseArchivePath(path);
  const held = archive.files.get(path);
  if (name === undefined || held === undefined) return undefined;
  return { ...held.file, path, hourMs: name.hourMs, rows: held.rows.rows, eventBytes: sumOfBytes(held.rows) };
}
