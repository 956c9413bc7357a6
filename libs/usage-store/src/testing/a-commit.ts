import { WindowTotals } from '@antenna/aggregation';
import { EventInterners } from '@antenna/event-schema';
import type { PositionMove, TotalsCommit } from '@antenna/ingestion';

export const NOON = Date.UTC(2022, 9, 29, 12);

/** One of the initial users; the quota is 5,000 bytes. */
export const FEDE = '00000000-0000-0000-0000-000000000004';

export interface EventOfTest {
  readonly id?: string;
  readonly app?: string;
  readonly bytes: number;
  /** Seconds after 13:15:00. */
  readonly second?: number;
}

export function aCommit(events: readonly EventOfTest[], move: Partial<PositionMove> = {}): TotalsCommit {
  const totals = new WindowTotals();
  const interners = new EventInterners();
  for (const { id = FEDE, app = 'SKYPE', bytes, second = 0 } of events) {
    const eventTimeMs = NOON + 4_500_000 + second * 1_000;
    totals.add(interners.intern({ eventTimeMs, id, antennaId: 'an antenna', bytes, app }));
  }
  return {
    moves: [aMove(move)],
    ...totals.rows(),
    hourCounts: [],
    lateness: { buckets: [], sumMs: 0, antennas: [] },
    deadLetters: [],
    deadLetterRanges: [],
  };
}

export function aMove(move: Partial<PositionMove>): PositionMove {
  return { partition: 0, epoch: 1, from: 0, to: 10, fingerprint: undefined, greatestEventTimeMs: undefined, ...move };
}
