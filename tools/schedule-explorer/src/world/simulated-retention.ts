import type { TotalsCommit } from '@antenna/ingestion';
import { addTo } from '../checker/expected-totals.ts';
import { Violation } from '../checker/violation.ts';

/** How retention can be broken. */
export interface RetentionDefects {
  /** Rows are recorded and removed while a transaction that has read the former floor may still write some. */
  readonly removesBesideWriters?: boolean;
  /** A commit reads the floor for its rows, and once more for the ledger. */
  readonly readsFloorTwice?: boolean;
  /** The result of an hour is recorded whether or not it is below the floor. */
  readonly ignoresFloorOfHours?: boolean;
}

const HOUR_MS = 3_600_000;

/** The bytes of each hour in the tables of windows: what retention removes of them, and what it keeps in their place. */
export class SimulatedRetention {
  readonly #defects: RetentionDefects;
  readonly #rows = new Map<number, number>();
  readonly #removed = new Map<number, number>();
  readonly #ledger = new Map<number, number>();
  readonly #counted = new Map<number, number>();
  /** Rows of earlier hours are removed, and not written again; it only rises. */
  floorMs = -Infinity;

  constructor(defects: RetentionDefects) {
    this.#defects = defects;
  }

  /**
   * A commit whose transaction has read this floor.
   * @throws {Violation} when the bytes of an hour are not those that were counted.
   */
  commit({ totals, hourCounts }: TotalsCommit, floorMs: number): void {
    for (const { type, windowStartMs, value } of totals) {
      if (type !== 'antenna_total_bytes' || windowStartMs < floorMs) continue;
      addTo(this.#rows, windowStartMs - (windowStartMs % HOUR_MS), Number(value));
    }
    const ledgerFloorMs = this.#defects.readsFloorTwice === true ? this.floorMs : floorMs;
    for (const { hourMs, eventBytes } of hourCounts) {
      addTo(this.#counted, hourMs, Number(eventBytes));
      if (hourMs < ledgerFloorMs) addTo(this.#ledger, hourMs, Number(eventBytes));
    }
    this.#requireSums();
  }

  /** Records the bytes that the rows of the hours below the floor have. From now on nobody reads these rows. */
  record(): void {
    for (const [hourMs, bytes] of this.#counted)
      if (hourMs < this.floorMs) this.#removed.set(hourMs, bytes - (this.#ledger.get(hourMs) ?? 0));
    this.#requireSums();
  }

  /** Removes the rows of the recorded hours. @throws {Violation} when others than the recorded ones are removed. */
  truncate(): void {
    for (const [hourMs, bytes] of this.#rows) {
      if (hourMs >= this.floorMs) continue;
      if (this.#removed.get(hourMs) !== bytes) throw new Violation(`other rows of ${textOf(hourMs)} are removed`);
      this.#rows.delete(hourMs);
    }
  }

  /** @throws {Violation} when a row below the floor is left after its removal. */
  requireRemoved(): void {
    const left = [...this.#rows.keys()].find((hourMs) => hourMs < this.floorMs);
    if (left !== undefined) throw new Violation(`rows of ${textOf(left)} are left below the floor`);
  }

  /** Rows that are not removed, removed ones and the ledger are together what was counted, at every moment. */
  #requireSums(): void {
    for (const [hourMs, counted] of this.#counted) {
      const rows = this.#removed.get(hourMs) ?? this.#rows.get(hourMs) ?? 0;
      const kept = rows + (this.#ledger.get(hourMs) ?? 0);
      if (kept !== counted) throw new Violation(`${textOf(hourMs)} has ${kept} bytes, and ${counted} were counted`);
    }
  }
}

function textOf(hourMs: number): string {
  return `hour ${new Date(hourMs).toISOString()}`;
}
