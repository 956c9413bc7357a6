import type { UsageEvent } from '@antenna/event-schema';
import { FIVE_MINUTES } from '@antenna/windowing';
import { ByteSum } from './byte-sum.ts';

/** A user's sum, with the time of the latest event in it. */
export class UserCell extends ByteSum {
  latestEventTimeMs: number;

  constructor(eventTimeMs: number) {
    super();
    this.latestEventTimeMs = eventTimeMs;
  }

  reach(eventTimeMs: number): void {
    if (eventTimeMs > this.latestEventTimeMs) this.latestEventTimeMs = eventTimeMs;
  }
}

export type SumsById = Map<string, ByteSum>;
export type UserCells = Map<string, UserCell>;

/** The sums of one window. `add` and `merge` return how many cells came to be. */
export class WindowCells {
  readonly startMs: number;
  readonly endMs: number;
  readonly users: UserCells = new Map();
  readonly antennas: SumsById = new Map();
  readonly apps: SumsById = new Map();

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
    sumIn(this.antennas, event.antennaId).add(event.bytes);
    sumIn(this.apps, event.app).add(event.bytes);
    return this.size - before;
  }

  merge(other: WindowCells): number {
    const before = this.size;
    other.mergeUsersInto(this.users);
    for (const [id, sum] of other.antennas) sumIn(this.antennas, id).merge(sum);
    for (const [id, sum] of other.apps) sumIn(this.apps, id).merge(sum);
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
  const user = new UserCell(eventTimeMs);
  users.set(id, user);
  return user;
}

function sumIn(sums: SumsById, id: string): ByteSum {
  const known = sums.get(id);
  if (known !== undefined) return known;
  const sum = new ByteSum();
  sums.set(id, sum);
  return sum;
}
