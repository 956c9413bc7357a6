import type { UsageEvent } from '@antenna/event-schema';
import { FIVE_MINUTES } from '@antenna/windowing';
import { ByteSum } from './byte-sum.ts';

/** The sum of one id, which it knows: cells are sorted in half the time that a map's entries take. */
export class Cell extends ByteSum {
  readonly id: string;

  constructor(id: string) {
    super();
    this.id = id;
  }
}

/** A user's sum, with the time of the latest event in it. */
class UserCell extends Cell {
  latestEventTimeMs: number;

  constructor(id: string, eventTimeMs: number) {
    super(id);
    this.latestEventTimeMs = eventTimeMs;
  }

  reach(eventTimeMs: number): void {
    if (eventTimeMs > this.latestEventTimeMs) this.latestEventTimeMs = eventTimeMs;
  }
}

export type CellsById = Map<string, Cell>;
export type UserCells = Map<string, UserCell>;

/** The sums of one window. `add` and `merge` return how many cells came to be. */
export class WindowCells {
  readonly startMs: number;
  readonly endMs: number;
  readonly users: UserCells = new Map();
  readonly antennas: CellsById = new Map();
  readonly apps: CellsById = new Map();

  constructor(startMs: number) {
    this.startMs = startMs;
    this.endMs = startMs + FIVE_MINUTES.sizeMs;
  }

  get size(): number {
    return this.users.size + this.antennas.size + this.apps.size;
  }

  holds(timeMs: number): boolean {
    return timeMs >= this.startMs && timeMs < this.endMs;
  }

  add(event: UsageEvent): number {
    const before = this.size;
    const user = userIn(this.users, event.id, event.eventTimeMs);
    user.add(event.bytes);
    user.reach(event.eventTimeMs);
    cellIn(this.antennas, event.antennaId).add(event.bytes);
    cellIn(this.apps, event.app).add(event.bytes);
    return this.size - before;
  }

  merge(other: WindowCells): number {
    const before = this.size;
    other.mergeUsersInto(this.users);
    for (const [id, cell] of other.antennas) cellIn(this.antennas, id).merge(cell);
    for (const [id, cell] of other.apps) cellIn(this.apps, id).merge(cell);
    return this.size - before;
  }

  mergeUsersInto(users: UserCells): void {
    for (const [id, cell] of this.users) {
      const user = userIn(users, id, cell.latestEventTimeMs);
      user.merge(cell);
      user.reach(cell.latestEventTimeMs);
    }
  }
}

function userIn(users: UserCells, id: string, eventTimeMs: number): UserCell {
  const known = users.get(id);
  if (known !== undefined) return known;
  const user = new UserCell(id, eventTimeMs);
  users.set(id, user);
  return user;
}

function cellIn(cells: CellsById, id: string): Cell {
  const known = cells.get(id);
  if (known !== undefined) return known;
  const cell = new Cell(id);
  cells.set(id, cell);
  return cell;
}
