import type { Fingerprint, PositionMove, Sink } from '@antenna/ingestion';

interface Position {
  nextOffset: number;
  epoch: number;
  fingerprint: Fingerprint | undefined;
}

/** How positions and their fences can be broken. */
export interface PositionDefects {
  readonly ignoresPosition?: boolean;
  readonly ignoresEpoch?: boolean;
  /** Workers of any decoder version may claim a partition whose sinks are apart. */
  readonly hasNoDecoderFence?: boolean;
  /** The first claim of another decoder version leaves a sink that it does not claim to whoever has claimed it. */
  readonly fencesClaimedSinksOnly?: boolean;
}

/** Which decoder version has claimed a partition last, and from which offset on its records are decoded by it. */
interface Decoder {
  readonly version: number;
  readonly fromOffset: number;
}

export const SINKS: readonly Sink[] = ['totals', 'archive'];

/** The tables `pipeline.position` and `pipeline.decoder`. */
export class SimulatedPositions {
  readonly #defects: PositionDefects;
  readonly #bySink: Readonly<Record<Sink, Map<number, Position>>> = { totals: new Map(), archive: new Map() };
  readonly #decoders = new Map<number, Decoder>();

  constructor(defects: PositionDefects) {
    this.#defects = defects;
  }

  get(sink: Sink, partition: number): Readonly<Position> | undefined {
    return this.#bySink[sink].get(partition);
  }

  nextOffset(sink: Sink, partition: number): number {
    return this.get(sink, partition)?.nextOffset ?? 0;
  }

  epoch(sink: Sink, partition: number): number {
    return this.get(sink, partition)?.epoch ?? 0;
  }

  /** The sinks that were ever claimed on a partition. */
  sinksOf(partition: number): readonly Sink[] {
    return SINKS.filter((sink) => this.#bySink[sink].has(partition));
  }

  partitionsOf(sink: Sink): Iterable<number> {
    return this.#bySink[sink].keys();
  }

  /** Changes a position; one that does not exist yet begins at 0. */
  set(sink: Sink, partition: number, changes: Partial<Position>): Position {
    const position = this.#bySink[sink].get(partition) ?? { nextOffset: 0, epoch: 0, fingerprint: undefined };
    Object.assign(position, changes);
    this.#bySink[sink].set(partition, position);
    return position;
  }

  move(sink: Sink, { partition, to, fingerprint }: PositionMove): void {
    const changes = fingerprint === undefined ? { nextOffset: to } : { nextOffset: to, fingerprint };
    this.set(sink, partition, changes);
  }

  matches(sink: Sink, { partition, epoch, from }: Pick<PositionMove, 'partition' | 'epoch' | 'from'>): boolean {
    const position = this.get(sink, partition);
    return (
      position !== undefined &&
      (position.nextOffset === from || this.#defects.ignoresPosition === true) &&
      (position.epoch === epoch || this.#defects.ignoresEpoch === true)
    );
  }

  /**
   * Whether a worker of a decoder version may claim a partition: while the sinks are apart, only one of the version by
   * which the records in between were decoded.
   */
  mayClaim(sinks: readonly Sink[], partition: number, { version, hasIntent }: { version: number; hasIntent: boolean }) {
    const decoder = this.#decoders.get(partition);
    if (decoder === undefined || this.#defects.hasNoDecoderFence === true) return true;
    const offsets = this.#offsetsOf(new Set([...this.sinksOf(partition), ...sinks]), partition);
    const [first, last] = [Math.min(...offsets), Math.max(...offsets)];
    return !(first < last || hasIntent) || (decoder.version === version && first >= decoder.fromOffset);
  }

  /** @returns the sinks whose earlier claims are fenced because another version claims the partition. */
  changeDecoder(partition: number, version: number): readonly Sink[] {
    const decoder = this.#decoders.get(partition);
    const isOther = decoder !== undefined && decoder.version !== version;
    const last = Math.max(...this.#offsetsOf(this.sinksOf(partition), partition));
    const fromOffset = decoder === undefined ? 0 : isOther ? last : Math.min(decoder.fromOffset, last);
    this.#decoders.set(partition, { version, fromOffset });
    if (!isOther || this.#defects.fencesClaimedSinksOnly === true) return [];
    const fenced = this.sinksOf(partition);
    for (const sink of fenced) this.set(sink, partition, { epoch: this.epoch(sink, partition) + 1 });
    return fenced;
  }

  /** The decoder versions of the partitions that only a worker of their own version may claim for both sinks. */
  versionsApart(hasIntent: (partition: number) => boolean): ReadonlySet<number> {
    const apart = [...this.#decoders].filter(([partition]) => {
      const offsets = new Set(this.#offsetsOf(SINKS, partition));
      return offsets.size > 1 || hasIntent(partition);
    });
    return new Set(apart.map(([, { version }]) => version));
  }

  #offsetsOf(sinks: Iterable<Sink>, partition: number): readonly number[] {
    return Array.from(sinks, (sink) => this.nextOffset(sink, partition));
  }
}
