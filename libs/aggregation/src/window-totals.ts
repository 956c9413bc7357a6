import type { UsageEvent } from '@antenna/event-schema';
import { FIVE_MINUTES, hourOf } from '@antenna/windowing';
import { ByteSum } from './byte-sum.ts';
import type { TotalRow, TotalType, UserHourRow } from './total-row.ts';
import { type Cell, type CellsById, type UserCells, WindowCells } from './window-cells.ts';

/**
 * Bytes by user, antenna and app in windows of five minutes. What the totals are depends only on the events that were
 * added, not on their order or on how they were split before merging. An event of 0 bytes makes its rows too.
 */
export class WindowTotals {
  readonly #windows = new Map<number, WindowCells>();
  readonly #eventBytes = new ByteSum();
  #events = 0;
  #keys = 0;
  /** The window of the event before: most often it is the next event's too. */
  #latest: WindowCells | undefined;

  /** Number of events added. */
  get events(): number {
    return this.#events;
  }

  /** Number of rows: distinct (window, type, id). */
  get keys(): number {
    return this.#keys;
  }

  /** Sum of all events' bytes. */
  get eventBytes(): bigint {
    return this.#eventBytes.value();
  }

  get isEmpty(): boolean {
    return this.#events === 0;
  }

  add(event: UsageEvent): void {
    this.#keys += this.#windowAt(event.eventTimeMs).add(event);
    this.#eventBytes.add(event.bytes);
    this.#events++;
  }

  /** Adds what another one holds, which stays as it is. */
  merge(other: WindowTotals): void {
    for (const cells of other.#windows.values()) this.#keys += this.#windowAt(cells.startMs).merge(cells);
    this.#eventBytes.merge(other.#eventBytes);
    this.#events += other.#events;
  }

  /** Sorted by window, type and id (UTF-16 code units), so that all writers lock rows in one order. */
  rows(): TotalRow[] {
    const rows: TotalRow[] = [];
    for (const cells of this.#sortedWindows()) {
      appendRows(rows, cells.startMs, 'antenna_total_bytes', cells.antennas);
      appendRows(rows, cells.startMs, 'app_total_bytes', cells.apps);
      appendRows(rows, cells.startMs, 'user_total_bytes', cells.users);
    }
    return rows;
  }

  /** Sorted by hour and id (UTF-16 code units). */
  userHours(): UserHourRow[] {
    const hours = Map.groupBy(this.#sortedWindows(), (cells) => hourOf(cells.startMs));
    return Array.from(hours, ([hourStartMs, windows]) => userHourRows(hourStartMs, windows)).flat();
  }

  #windowAt(timeMs: number): WindowCells {
    if (this.#latest?.holds(timeMs) === true) return this.#latest;
    const startMs = FIVE_MINUTES.startOf(timeMs);
    const cells = this.#windows.get(startMs) ?? new WindowCells(startMs);
    this.#windows.set(startMs, cells);
    this.#latest = cells;
    return cells;
  }

  #sortedWindows(): WindowCells[] {
    return Array.from(this.#windows.values()).sort((a, b) => a.startMs - b.startMs);
  }
}

function appendRows(rows: TotalRow[], windowStartMs: number, type: TotalType, cells: CellsById): void {
  for (const cell of sortedById(cells)) rows.push({ windowStartMs, type, id: cell.id, value: cell.value() });
}

function userHourRows(hourStartMs: number, windows: readonly WindowCells[]): UserHourRow[] {
  const hour: UserCells = new Map();
  for (const cells of windows) cells.mergeUsersInto(hour);
  return sortedById(hour).map((user) => ({
    hourStartMs,
    id: user.id,
    usage: user.value(),
    latestEventTimeMs: user.latestEventTimeMs,
  }));
}

/** No two cells have the same id, so that the order is total. */
function sortedById<T extends Cell>(cells: ReadonlyMap<string, T>): T[] {
  return Array.from(cells.values()).sort((a, b) => (a.id < b.id ? -1 : 1));
}
