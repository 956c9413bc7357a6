import type { UsageEvent } from '@antenna/event-schema';
import type { Gap, Sink, StoredTables, Truncation } from '../stored/tables.ts';
import type { KnownRecords, LostRecords } from './known-records.ts';

/** A record that Kafka has lost and that a sink has to keep, as it had read it before. */
export interface ReadRecord {
  readonly lost: LostRecords;
  readonly offset: number;
  readonly event: UsageEvent;
}

/** What operators have acknowledged as lost: gaps that retention has left, and truncations of logs. */
export class Losses {
  /** Of records that nothing but a gap explains. */
  readonly gaps: readonly Gap[];
  readonly #truncations: readonly Truncation[];
  readonly #known: KnownRecords;

  constructor(gaps: readonly Gap[], truncations: readonly Truncation[], known: KnownRecords) {
    this.#truncations = truncations;
    this.#known = known;
    this.gaps = gaps.filter((gap) => !this.#isOfTruncation(gap));
  }

  static async read(tables: StoredTables, known: KnownRecords): Promise<Losses> {
    return new Losses(await tables.gaps(), await tables.truncations(), known);
  }

  /** Offsets that a sink lacks, by the gaps. */
  givenUp(sink: Sink): (partition: number, offset: number) => boolean {
    const gaps = Map.groupBy(
      this.gaps.filter((gap) => gap.sink === sink),
      ({ partition }) => partition,
    );
    return (partition, offset) => gaps.get(partition)?.some(({ from, to }) => offset >= from && offset < to) ?? false;
  }

  /** Lost records that a sink had read, and keeps. */
  kept(sink: Sink): readonly ReadRecord[] {
    return this.#known.lost.flatMap((lost) => {
      const truncation = this.#truncations.find(
        ({ partition, generation }) => partition === lost.partition && generation === lost.generation + 1,
      );
      const end = (sink === 'totals' ? truncation?.totalsEnd : truncation?.archiveEnd) ?? 0;
      return lost.facts
        .slice(0, Math.max(0, end - lost.firstOffset))
        .flatMap((event, index) =>
          typeof event === 'string' ? [] : [{ lost, offset: lost.firstOffset + index, event }],
        );
    });
  }

  /** Some gaps of the archive say only that lost records were counted and not archived. */
  #isOfTruncation({ sink, partition, from, to }: Gap): boolean {
    return (
      sink === 'archive' &&
      this.#truncations.some((each) => each.partition === partition && each.totalsEnd === to && from >= each.from)
    );
  }
}
