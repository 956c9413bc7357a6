import type { PartitionFault } from './partition-fault.ts';
import type { FaultCode, IngestionObserver, Sink } from './ports/index.ts';

/** Proof that a partition's fault is repaired: a successful claim, a leader, or a sink that has saved records. */
type Sign = 'claim' | 'leader' | Sink;

/** A claim cannot check a fault that lies in a record: a sink has to save the records behind it. */
export const READ_ON: readonly Sign[] = ['totals', 'archive'];

const SIGNS: Readonly<Record<FaultCode, readonly Sign[]>> = {
  DATA_GAP: ['claim'],
  LOG_TRUNCATED: ['claim'],
  TOPIC_RECREATED: ['claim'],
  PARTITION_UNAVAILABLE: ['leader'],
  ARCHIVE_CONFLICT: ['archive'],
  SUM_OUT_OF_RANGE: ['totals'],
  UNREADABLE_BATCH: READ_ON,
  OLD_MESSAGE_FORMAT: READ_ON,
};

interface Stop {
  readonly fault: PartitionFault;
  readonly endedBy: readonly Sign[];
}

/**
 * A worker's stopped partitions with their faults. Notifies the observer when a partition stops and when it resumes.
 */
export class StoppedPartitions {
  readonly #observer: IngestionObserver;
  #stops: ReadonlyMap<number, Stop> = new Map();

  constructor(observer: IngestionObserver) {
    this.#observer = observer;
  }

  get faults(): ReadonlyMap<number, PartitionFault> {
    return new Map([...this.#stops].map(([partition, { fault }]) => [partition, fault]));
  }

  has(partition: number): boolean {
    return this.#stops.has(partition);
  }

  stop(partition: number, fault: PartitionFault, endedBy = SIGNS[fault.code]): void {
    const isKnown = this.#stops.get(partition)?.fault.code === fault.code;
    this.#stops = new Map([...this.#stops, [partition, { fault, endedBy }]]);
    const { code, message } = fault;
    if (!isKnown) this.#observer.observe({ kind: 'partition-stopped', partition, code, message });
  }

  /** The topic holds the positions of these partitions. */
  claimed(partitions: readonly number[]): void {
    for (const partition of partitions) this.#end(partition, 'claim');
  }

  /** @returns whether the partition was stopped because it had no leader. */
  foundLeader(partition: number): boolean {
    return this.#end(partition, 'leader');
  }

  saved(sink: Sink, partitions: readonly number[]): void {
    for (const partition of partitions) this.#end(partition, sink);
  }

  /** Does not notify the observer: the next claim reports stopped partitions anew. */
  clear(): void {
    this.#stops = new Map();
  }

  #end(partition: number, sign: Sign): boolean {
    if (this.#stops.get(partition)?.endedBy.includes(sign) !== true) return false;
    this.#stops = new Map([...this.#stops].filter(([stopped]) => stopped !== partition));
    this.#observer.observe({ kind: 'partition-resumed', partition });
    return true;
  }
}
