import { type EventSource, ListedRecords, type OffsetRange, type RecordReceiver } from '@antenna/ingestion';
import { PassingFailure, type PendingCalls } from './pending-calls.ts';
import type { FetchedPart, SimulatedPartition } from './simulated-topic.ts';

/** What the client knows of one partition. */
interface Reader {
  readonly partition: SimulatedPartition;
  /** Undefined until the receiver has said from where. */
  position: number | undefined;
  isPaused: boolean;
  /** Nothing has been fetched since the receiver said from where. */
  isFresh: boolean;
  /** When the receiver said from where, counted: what was fetched before is stale. */
  seeks: number;
}

/** An answer of a broker on its way to the receiver. */
export interface InFlight {
  readonly partition: number;
  /** The parts that are not delivered yet, in order. */
  parts: readonly FetchedPart[];
  /** Number of the answer among all answers to this client. */
  readonly fetch: number;
  readonly highWatermark: number;
  readonly seeks: number;
  /** The version of the log that was read. */
  readonly version: number;
}

export interface ConsumerParts {
  readonly worker: number;
  readonly partitions: readonly SimulatedPartition[];
  readonly calls: PendingCalls;
  readonly committed: Map<number, number>;
}

/**
 * Kafka's client as far as it can be trusted, which is not far: batches fetched before a seek or a rebalance are
 * delivered all the same, or twice, and positions are reset in silence.
 */
export class SimulatedConsumer implements EventSource {
  readonly inFlight: InFlight[] = [];
  /** The group has handed these partitions out, the client has not noticed yet. */
  newAssignment: readonly number[] | undefined;
  isReclaiming = false;
  readonly #parts: ConsumerParts;
  #readers = new Map<number, Reader>();
  #seeks = 0;
  #fetches = 0;

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
  }

  get assigned(): readonly number[] {
    return [...this.#readers.keys()];
  }

  /** Partitions of which something could be fetched now. */
  get readable(): readonly number[] {
    if (this.isReclaiming) return [];
    return [...this.#readers.values()]
      .filter((reader) => this.#canFetch(reader))
      .map(({ partition }) => partition.number);
  }

  /** Whether the receiver is going to read the partition from an offset before `end` on, and has fetched nothing yet. */
  isAboutToRead(partition: number, end: number): boolean {
    const { isFresh = false, position = end } = this.#readers.get(partition) ?? {};
    return isFresh && position < end;
  }

  readFrom(partition: number, offset: number): void {
    const reader = this.#readers.get(partition);
    if (reader === undefined) return;
    Object.assign(reader, { position: offset, isPaused: false, isFresh: true, seeks: (this.#seeks += 1) });
  }

  offsets(): Promise<ReadonlyMap<number, OffsetRange | undefined>> {
    const { worker, calls, partitions } = this.#parts;
    return calls.add(worker, 'offsets', () => new Map(partitions.map(({ number, range }) => [number, range])));
  }

  reclaim(): void {
    this.isReclaiming = true;
  }

  async commitOffsetsForLag(nextOffsets: ReadonlyMap<number, number>): Promise<void> {
    const { worker, calls, committed } = this.#parts;
    try {
      await calls.add(worker, 'commitOffsetsForLag', () => {
        for (const [partition, offset] of nextOffsets) committed.set(partition, offset);
      });
    } catch (error) {
      if (!(error instanceof PassingFailure)) throw error;
    }
  }

  /** The client learns what the group has decided, or that it is still a member with the same partitions. */
  join(receiver: RecordReceiver): readonly number[] {
    const partitions = this.newAssignment ?? this.assigned;
    this.newAssignment = undefined;
    this.isReclaiming = false;
    this.#readers = new Map(partitions.map((number) => [number, this.#reader(number)]));
    void receiver.onPartitionsAssigned(partitions);
    return partitions;
  }

  /** Fetches up to `maxBatches` batches of a readable partition. */
  fetch(partition: number, maxBatches: number): InFlight | undefined {
    const reader = this.#readers.get(partition);
    if (reader === undefined || !this.#canFetch(reader)) return undefined;
    reader.position = inRange(reader);
    reader.isFresh = false;
    const parts = reader.partition.fetch(reader.position, maxBatches);
    if (parts.length === 0) return undefined;
    this.#fetches += 1;
    const { latest: highWatermark, version } = reader.partition;
    const item = { partition, parts, fetch: this.#fetches, highWatermark, seeks: reader.seeks, version };
    this.inFlight.push(item);
    return item;
  }

  /**
   * Hands the next part of an answer to the receiver. After a part that is refused, the rest of the answer is dropped.
   * @param keep it is going to be delivered once more.
   * @returns what the receiver made of it; undefined when it has no room.
   */
  deliver(item: InFlight, receiver: RecordReceiver, { keep }: { readonly keep: boolean }): string | undefined {
    const reader = this.#readers.get(item.partition);
    const isHeldBack = this.isReclaiming || (reader?.position !== undefined && reader.isPaused);
    if (isHeldBack || receiver.waitForCapacity(item.partition) !== undefined) return undefined;
    const [part, ...others] = item.parts;
    if (part === undefined) return undefined;
    const isCurrent = reader?.seeks === item.seeks;
    const isTaken = this.#take(item, part, receiver);
    if (!keep) this.#dropPart(item, isTaken ? others : []);
    if (reader !== undefined && isCurrent && reader.seeks === item.seeks) {
      if (isTaken) reader.position = part.nextOffset;
      else reader.isPaused = true;
    }
    return isTaken ? 'taken' : 'refused';
  }

  /** Loses an answer. */
  drop(item: InFlight): void {
    this.#dropPart(item, []);
  }

  #dropPart(item: InFlight, others: readonly FetchedPart[]): void {
    item.parts = others;
    const at = this.inFlight.indexOf(item);
    if (others.length === 0 && at >= 0) this.inFlight.splice(at, 1);
  }

  /** Loses its place; only where something has been fetched since the receiver said from where. */
  reset(partition: number, offset: number): boolean {
    const reader = this.#readers.get(partition);
    if (reader?.position === undefined || reader.isFresh) return false;
    reader.position = offset;
    return true;
  }

  #take({ partition, highWatermark, fetch }: InFlight, part: FetchedPart, receiver: RecordReceiver): boolean {
    const { fetchedOffset, nextOffset, records, origin } = part;
    return receiver.onBatch({
      partition,
      fetchedOffset,
      nextOffset,
      records: () => new ListedRecords(records),
      highWatermark,
      origin: { ...origin, fetch },
    });
  }

  #canFetch(reader: Reader): reader is Placed {
    const { partition, isPaused, seeks } = reader;
    if (!isPlaced(reader) || isPaused) return false;
    if (this.inFlight.some((item) => item.partition === partition.number && item.seeks === seeks)) return false;
    return partition.holdsFrom(inRange(reader));
  }

  #reader(number: number): Reader {
    const partition = this.#parts.partitions[number];
    if (partition === undefined) throw new RangeError(`no partition ${number}`);
    return { partition, position: undefined, isPaused: true, isFresh: false, seeks: 0 };
  }
}

type Placed = Reader & { position: number };

function isPlaced(reader: Reader): reader is Placed {
  return reader.position !== undefined;
}

/** The offset to fetch from. Like kafkajs, it goes to the oldest record, without an error, when out of range. */
function inRange({ position, partition: { earliest, latest } }: Placed): number {
  return position < earliest || position > latest ? earliest : position;
}
