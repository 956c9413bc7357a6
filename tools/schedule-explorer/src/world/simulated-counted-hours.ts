import type { TotalsCommit } from '@antenna/ingestion';

interface CountedHour {
  /** Past the last event that is counted, and past the last one that was counted in time. */
  readonly countedEnd: number;
  readonly onTimeEnd: number;
}

/** How what is known of counted events can be broken. */
export interface CountedHoursDefects {
  /** Ignores counted events that are not archived yet when it decides that an hour is final. */
  readonly forgetsCountedEvents?: boolean;
}

/** How far the archive has come. */
export interface ArchivedOfHour {
  readonly hasFiles: boolean;
  /** The archive's position on a partition. */
  readonly nextOffset: (partition: number) => number;
}

const HOUR_MS = 3_600_000;

/** The table `pipeline.counted_hour`, with an allowed lateness of 0. */
export class SimulatedCountedHours {
  readonly #defects: CountedHoursDefects;
  /** By hour and partition. */
  readonly #counted = new Map<number, Map<number, CountedHour>>();
  /** Greatest event time by partition. */
  readonly #greatestMs = new Map<number, number>();

  constructor(defects: CountedHoursDefects) {
    this.#defects = defects;
  }

  /** An event is in time while the event time of its partition, as it was before the commit, is not past its hour. */
  add({ moves, hourCounts }: TotalsCommit): void {
    for (const { hourMs, partition, lastOffset } of hourCounts) {
      const ofHour = this.#counted.get(hourMs) ?? new Map<number, CountedHour>();
      this.#counted.set(hourMs, ofHour);
      const isLate = (this.#greatestMs.get(partition) ?? 0) >= hourMs + HOUR_MS;
      const onTimeEnd = isLate ? (ofHour.get(partition)?.onTimeEnd ?? 0) : lastOffset + 1;
      ofHour.set(partition, { countedEnd: lastOffset + 1, onTimeEnd });
    }
    for (const { partition, greatestEventTimeMs = 0 } of moves) {
      this.#greatestMs.set(partition, Math.max(greatestEventTimeMs, this.#greatestMs.get(partition) ?? 0));
    }
  }

  /** Forgets the counted events that the log has lost, those from an offset on: no hour waits for them. */
  forget(partition: number, from: number): void {
    for (const ofHour of this.#counted.values()) {
      const { countedEnd, onTimeEnd } = ofHour.get(partition) ?? { countedEnd: 0, onTimeEnd: 0 };
      if (countedEnd <= from) continue;
      ofHour.set(partition, { countedEnd: from, onTimeEnd: Math.min(onTimeEnd, from) });
    }
  }

  /** Whether the hour waits for counted events: for those in time, and for all while the archive has no file of it. */
  awaits(hourMs: number, { hasFiles, nextOffset }: ArchivedOfHour): boolean {
    if (this.#defects.forgetsCountedEvents === true) return false;
    return [...(this.#counted.get(hourMs) ?? [])].some(
      ([partition, { countedEnd, onTimeEnd }]) => (hasFiles ? onTimeEnd : countedEnd) > nextOffset(partition),
    );
  }
}
