import { unreadableRange } from '@antenna/ingestion';
import type { HeldPosition } from '@antenna/usage-store';
import { PassingFailure, type PendingCalls } from './pending-calls.ts';
import type { SimulatedArchive } from './simulated-archive.ts';
import type { SimulatedStore } from './simulated-store.ts';
import type { SimulatedPartition } from './simulated-topic.ts';
import { type MoveDefects, moveStream } from './move-command.ts';
import { TruncationCommand, type TruncationParts } from './truncation-command.ts';

export interface OperatorParts extends Omit<TruncationParts, 'call'> {
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

/** Whoever runs acknowledge-gap, acknowledge-truncation and move-stream, as apps/speed-layer/src has these commands. */
export class Operator {
  readonly #parts: OperatorParts;
  readonly #truncation: TruncationCommand;
  isBusy = false;
  /** Partitions for which acknowledge-truncation has failed or refused: it has to be run again. */
  readonly unfinished = new Set<SimulatedPartition>();
  failure: Error | undefined;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
    this.#truncation = new TruncationCommand({ ...parts, call: this.#call.bind(this) });
  }

  /** Whether retention has deleted what a sink lacks. */
  get hasReason(): boolean {
    const { partitions, store } = this.#parts;
    return partitions.some(({ number, earliest }) =>
      (['totals', 'archive'] as const).some((sink) => store.nextOffset(sink, number) < earliest),
    );
  }

  moveStream(defects: MoveDefects): Promise<void> {
    const { partitions, store } = this.#parts;
    return this.#run(() => moveStream({ partitions, store, call: this.#call.bind(this) }, defects));
  }

  acknowledgeGaps(): Promise<void> {
    return this.#run(() => this.#acknowledgeGaps());
  }

  async acknowledgeTruncation(partition: SimulatedPartition): Promise<void> {
    this.unfinished.add(partition);
    await this.#run(async () => {
      if (await this.#truncation.run(partition)) this.unfinished.delete(partition);
    });
  }

  /** Begins anew when a worker has moved meanwhile what it is about. Another failure ends it, to be run again. */
  async #run(command: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) if (await this.#attempt(command)) return;
    } catch (error) {
      if (!(error instanceof PassingFailure)) this.failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.isBusy = false;
    }
  }

  async #attempt(command: () => Promise<void>): Promise<boolean> {
    try {
      await command();
      return true;
    } catch (error) {
      if (this.#parts.isRefusal(error)) return false;
      throw error;
    }
  }

  async #acknowledgeGaps(): Promise<void> {
    const { partitions, store, archive } = this.#parts;
    const positions = await this.#call('held positions', () => store.lost.heldPositions());
    const ranges = await this.#call('offsets', () => partitions.map(({ range }) => range));
    for (const position of positions) {
      const range = ranges[position.partition];
      const gap = range && unreadableRange(lackOf(position), range);
      if (gap === undefined) continue;
      const paths = position.openIntent?.paths ?? [];
      const files = await this.#call('look for files', () => paths.flatMap((path) => archive.existing(path) ?? []));
      await this.#call('acknowledgeGap', () => {
        store.lost.acknowledgeGap({ position, to: gap.to, files });
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
