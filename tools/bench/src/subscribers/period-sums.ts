import { DigestOfRows, type RowsDigest } from '@antenna/oracle';
import { ANTENNAS, APPS } from '../hour/hour-truth.ts';
import type { SubscriberEvent } from './subscriber-events.ts';
import type { SubscriberIds } from './subscriber-ids.ts';
import { antennaIds } from './subscriber-lines.ts';

/** The sum of a key that has no event in the period, and so no row. */
const NO_EVENT = -1;

/**
 * The sums of each user, antenna and app by period, where events come in the order of their times. Only the sums of the
 * current period are kept; those of a period that is over become digests.
 */
export class PeriodSums {
  readonly #periodMs: number;
  readonly #ids: SubscriberIds;
  readonly #users: Float64Array;
  readonly #antennas = new Float64Array(ANTENNAS).fill(NO_EVENT);
  readonly #apps = new Float64Array(APPS.length).fill(NO_EVENT);
  readonly #digests: RowsDigest[] = [];
  #startMs: number | undefined;

  constructor(periodMs: number, users: number, ids: SubscriberIds) {
    this.#periodMs = periodMs;
    this.#ids = ids;
    this.#users = new Float64Array(users).fill(NO_EVENT);
  }

  add({ eventTimeMs, user, antenna, app, bytes }: SubscriberEvent): void {
    const startMs = eventTimeMs - (eventTimeMs % this.#periodMs);
    if (startMs !== this.#startMs) this.#begin(startMs);
    addTo(this.#users, user, bytes);
    addTo(this.#antennas, antenna, bytes);
    addTo(this.#apps, app, bytes);
  }

  /** The digests of all periods, once every event was added. */
  digests(): readonly RowsDigest[] {
    this.#begin(undefined);
    return this.#digests;
  }

  #begin(startMs: number | undefined): void {
    if (this.#startMs !== undefined) {
      this.#close('user_total_bytes', this.#users, (user) => this.#ids.of(user));
      this.#close('antenna_total_bytes', this.#antennas, (antenna) => antennaIds[antenna] ?? '');
      this.#close('app_total_bytes', this.#apps, (app) => APPS[app] ?? '');
    }
    this.#startMs = startMs;
  }

  #close(type: string, sums: Float64Array, idOf: (index: number) => string): void {
    const digest = new DigestOfRows();
    for (const [index, sum] of sums.entries()) if (sum !== NO_EVENT) digest.add(idOf(index), sum);
    this.#digests.push(digest.of(this.#startMs ?? Number.NaN, type));
    sums.fill(NO_EVENT);
  }
}

function addTo(sums: Float64Array, index: number, bytes: number): void {
  sums[index] = Math.max(sums[index] ?? 0, 0) + bytes;
}
