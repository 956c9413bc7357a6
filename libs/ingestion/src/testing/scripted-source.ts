import type { EventSource, OffsetRange } from '../ports/index.ts';
import { Script } from './script.ts';

/** A source for tests of the core: it records the calls, and delivers no batches. */
export class ScriptedSource implements EventSource {
  readonly script = new Script();
  /** Calls of `readFrom` as `partition@offset`, in order. */
  readonly reads: string[] = [];
  readonly shown = new Map<number, number>();
  readonly #ranges = new Map<number, OffsetRange | undefined>();
  reclaims = 0;

  /** Sets the offsets that the topic holds of a partition. */
  hold(partition: number, range: Partial<OffsetRange> = {}): void {
    const { earliest = 0, latest = 1_000, stable = latest } = range;
    this.#ranges.set(partition, { earliest, latest, stable });
  }

  /** The partition has no leader from now on. */
  loseLeader(partition: number): void {
    this.#ranges.set(partition, undefined);
  }

  readFrom(partition: number, offset: number): void {
    this.reads.push(`${partition}@${offset}`);
  }

  offsets(): Promise<ReadonlyMap<number, OffsetRange | undefined>> {
    return this.script.run('offsets', () => new Map(this.#ranges));
  }

  reclaim(): void {
    this.reclaims += 1;
  }

  async commitOffsetsForLag(nextOffsets: ReadonlyMap<number, number>): Promise<void> {
    await this.script.run('commitOffsetsForLag', () => {
      for (const [partition, offset] of nextOffsets) this.shown.set(partition, offset);
    });
  }
}
