import { type Fingerprint, fingerprintOf, type PositionMove, type Sink } from '@antenna/ingestion';
import type { LoggedRecord } from '../world/simulated-log.ts';
import type { SimulatedPartition } from '../world/simulated-topic.ts';
import { require, Violation } from './violation.ts';

/** The records of [from, to) of one version of a partition's log. */
export interface TakenRange {
  readonly from: number;
  readonly to: number;
  readonly records: readonly LoggedRecord[];
  /** Version of the decoder that decoded them. */
  readonly decoder: number;
}

/**
 * The position of a sink on a partition as the checker counts it, and the version of the log that the sink follows. The
 * sink may follow any version that holds all records that it has taken. Once it has taken a record that another version
 * lacks, it must take none of that version before an operator has acknowledged the loss.
 */
export class SinkPosition {
  readonly #name: string;
  readonly #partition: SimulatedPartition;
  #reached = 0;
  /** Epoch of the latest claim: calls of earlier claims must change nothing. */
  #epoch = 0;
  /** Decoder version of the latest claim. */
  #decoder = 0;
  /** The oldest version of the log that holds all records that were taken. */
  #version = 0;
  /** End of the last range that was taken from the log. */
  #takenTo = 0;

  constructor(sink: Sink, partition: SimulatedPartition) {
    this.#name = `${sink} of partition ${partition.number}`;
    this.#partition = partition;
  }

  /** The offset below which every record is taken or given up. */
  get reached(): number {
    return this.#reached;
  }

  get version(): number {
    return this.#version;
  }

  /** The first offset of a record that this sink has taken and the log has lost; Infinity if there is none. */
  get lostFrom(): number {
    const offset = this.#partition.differsFrom(this.#version);
    return offset < this.#takenTo ? offset : Infinity;
  }

  /** @param decoder undefined when the position is fenced without being claimed. */
  claim(epoch: number, decoder = this.#decoder): void {
    this.#epoch = epoch;
    this.#decoder = decoder;
  }

  /** @throws {Violation} unless the latest claim moves the position forward along a log that the sink may follow. */
  advance({ epoch, to, fingerprint }: PositionMove): TakenRange {
    require(`epoch of ${this.#name}`, epoch, this.#epoch);
    const from = this.#reached;
    if (to <= from) throw new Violation(`${this.#name} moved from ${from} to ${to}`);
    this.#version = this.#followed(to, fingerprint);
    const records = this.#partition.known(from, to, this.#version);
    this.#reached = to;
    this.#takenTo = to;
    return { from, to, records, decoder: this.#decoder };
  }

  /** @throws {Violation} when it is not of the latest claim, or the records can still be read. */
  giveUp({ epoch, from, to }: Pick<PositionMove, 'epoch' | 'from' | 'to'>): readonly LoggedRecord[] {
    require(`epoch of ${this.#name} given up`, epoch, this.#epoch);
    require(`${this.#name} given up from`, from, this.#reached);
    if (from >= this.#partition.earliest) throw new Violation(`${this.#name} gives up ${from}, which can be read`);
    this.#epoch += 1;
    this.#reached = to;
    return this.#candidates.flatMap((version) => this.#partition.known(from, to, version));
  }

  /** An operator has acknowledged what the log has lost from an offset on. @param to where the sink goes on. */
  acknowledge(epoch: number, to: number): void {
    require(`epoch of ${this.#name} at a truncation`, epoch, this.#epoch);
    this.#epoch += 1;
    this.#version = this.#partition.version;
    this.#takenTo = Math.min(this.#takenTo, to);
    this.#reached = to;
  }

  /** @throws {Violation} when one sink has taken what the other's version of the log has lost. */
  static requireOneLog(left: SinkPosition, right: SinkPosition): void {
    const [older, newer] = left.#version < right.#version ? [left, right] : [right, left];
    const differsFrom = older.#partition.differsFrom(older.#version, newer.#version);
    if (differsFrom >= older.#takenTo) return;
    throw new Violation(
      `${newer.#name} follows a log that lacks, from ${differsFrom} on, what ${older.#name} has taken`,
    );
  }

  /** Versions of the log that hold all that was taken. */
  get #candidates(): readonly number[] {
    const versions: number[] = [];
    for (let version = this.#version; version <= this.#partition.version; version += 1) {
      if (this.#partition.differsFrom(this.#version, version) >= this.#takenTo) versions.push(version);
    }
    return versions;
  }

  /** The version of the log whose records from the position up to `to` end with the one that has this fingerprint. */
  #followed(to: number, seen: Fingerprint | undefined): number {
    if (this.#version === this.#partition.version) return this.#version;
    const followed = this.#candidates.find((version) => {
      const last = this.#partition.known(this.#reached, to, version).at(-1);
      return last?.offset === seen?.offset && (last === undefined || fingerprintOf(last.record).hash === seen?.hash);
    });
    if (followed !== undefined) return followed;
    throw new Violation(`${this.#name} moved to ${to} along none of the logs that it may follow`);
  }
}
