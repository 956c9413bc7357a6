import { ProductError } from '@antenna/cli';
import type { UsageEvent } from '@antenna/event-schema';
import { keyedTotals, requireEqualRows, Truth, withTables } from '@antenna/oracle';
import kafkajs from 'kafkajs';

/** A limit was broken, a row is wrong, or a program failed under load. */
export class LoadFailedError extends ProductError {
  readonly code = 'LOAD_FAILED';
}

/** Events that are easy to make again: the n-th one follows from n alone. */
export interface BlockShape {
  readonly events: number;
  readonly users: number;
  readonly antennas: number;
  readonly apps: number;
  /** Their times pass evenly through [fromMs, fromMs + spanMs). */
  readonly fromMs: number;
  readonly spanMs: number;
  /** One event in so many comes from a device with a broken clock: its time is anywhere in the three years before. */
  readonly brokenClockEvery?: number;
}

const THREE_YEARS_MS = 3 * 365 * 86_400_000;

/**
 * A block of events that is sent again and again. Each partition repeats its part of the block in the same order, so
 * that what lies below any offset is known without reading it.
 */
export class EventBlock {
  /** A line each, key and value with a tab between them, as Kafka's console producer reads them. */
  readonly lines: Buffer;
  readonly #byPartition: ReadonlyMap<number, readonly UsageEvent[]>;

  constructor(shape: BlockShape, partitions: number) {
    const events = [...eventsOf(shape)];
    this.lines = Buffer.from(events.map((event) => `${event.id}\t${jsonOf(event)}\n`).join(''));
    const partitionOf = partitioner(partitions);
    this.#byPartition = Map.groupBy(events, ({ id }) => partitionOf(id));
  }

  /** What the totals have to be when each partition has been read up to its offset. */
  truthBelow(offsets: ReadonlyMap<number, number>): Truth {
    const truth = new Truth();
    for (const [partition, end] of offsets) {
      const part = this.#byPartition.get(partition) ?? [];
      if (part.length === 0 && end > 0)
        throw new LoadFailedError(`partition ${partition} was to stay empty and holds ${end}`);
      part.forEach((event, index) => {
        const times = Math.floor(end / part.length) + (index < end % part.length ? 1 : 0);
        // Adding it up is what the product is tested for, so the oracle may multiply.
        if (times > 0) truth.add({ ...event, bytes: event.bytes * times });
      });
    }
    return truth;
  }

  /** What the totals have to be when the whole block has been read so many times. */
  truthOf(times: number): Truth {
    const truth = new Truth();
    for (const event of [...this.#byPartition.values()].flat()) truth.add({ ...event, bytes: event.bytes * times });
    return truth;
  }
}

const twelveDigits = (number: number): string => String(number).padStart(12, '0');

function* eventsOf(shape: BlockShape): Generator<UsageEvent> {
  const { events, users, antennas, apps } = shape;
  for (let index = 0; index < events; index += 1) {
    yield {
      eventTimeMs: eventTimeOf(index, shape),
      id: `ffffffff-0000-0000-0000-${twelveDigits(index % users)}`,
      antennaId: `aaaaaaaa-0000-0000-0000-${twelveDigits(index % antennas)}`,
      bytes: (index * 7_919) % 10_007,
      app: `APP${index % apps}`,
    };
  }
}

function eventTimeOf(index: number, { events, fromMs, spanMs, brokenClockEvery = Infinity }: BlockShape): number {
  if (index % brokenClockEvery !== 0) return fromMs + Math.floor((spanMs * index) / events);
  return fromMs - 1 - Math.floor(THREE_YEARS_MS * ((index * GOLDEN_RATIO) % 1));
}

/** An irrational number: the fractional parts of its multiples spread evenly over [0, 1) (Weyl's equidistribution). */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

function jsonOf({ eventTimeMs, id, antennaId, bytes, app }: UsageEvent): string {
  return JSON.stringify({ timestamp: eventTimeMs, id, antenna_id: antennaId, bytes, app });
}

/** The partition that Kafka's own producer chooses for a key: kafkajs does the same. */
function partitioner(partitions: number): (key: string) => number {
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  return (key) => choose({ topic: '', partitionMetadata, message: { key, value: null } });
}

/** What a load has left, once it is compared. */
interface StoredEvents {
  /** Records below the positions of the totals. */
  readonly counted: number;
  readonly archived: number;
  /** Of `bytes`. */
  readonly rows: number;
}

/**
 * Compares each row of the totals with those that the records below the positions give, and the number of events that
 * the manifest lists with the offsets that the archive has passed.
 * @throws {NotProvenError | LoadFailedError} when there is any difference.
 */
export async function requireStored(databaseUrl: string, sent: Pick<EventBlock, 'truthBelow'>): Promise<StoredEvents> {
  return withTables(databaseUrl, async (tables) => {
    const positions = await tables.positions('totals');
    const stored = await tables.totals('bytes');
    requireEqualRows('bytes', sent.truthBelow(positions).windows(), keyedTotals(stored));
    const archived = sum((await tables.positions('archive')).values());
    const listed = sum((await tables.manifest()).map(({ rows }) => Number(rows)));
    if (listed !== archived) throw new LoadFailedError(`the archive has passed ${archived} events and lists ${listed}`);
    return { counted: sum(positions.values()), archived, rows: stored.length };
  });
}

export function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}
