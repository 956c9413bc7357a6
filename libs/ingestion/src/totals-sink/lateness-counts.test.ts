import { EventInterners } from '@antenna/event-schema';
import { at } from '../testing/records.ts';
import { MAX_NAMED_ANTENNAS } from './antenna-counts.ts';
import { LatenessCounts } from './lateness-counts.ts';

const ALLOWED_MS = 60_000;
const ARRIVAL_MS = at('13:20:00');

function counted(...events: readonly (readonly [antennaId: string, latenessMs: number])[]) {
  const [counts, interners] = [new LatenessCounts(ALLOWED_MS), new EventInterners()];
  for (const [antennaId, latenessMs] of events) {
    const event = { eventTimeMs: ARRIVAL_MS - latenessMs, id: 'ana', antennaId, bytes: 5, app: 'SKYPE' };
    counts.add(ARRIVAL_MS, interners.intern(event));
  }
  return counts.rows();
}

describe('the lateness of the events of a commit', () => {
  it('is counted by bucket, with the events beyond the allowed lateness and the exact sum', () => {
    const rows = counted(['a', 20], ['a', 100], ['a', 60_000], ['a', 60_001], ['a', 90_000], ['a', -30_000]);
    expect(rows.buckets).toEqual([
      { atMostMs: -1_000, events: 1, lateEvents: 0 },
      { atMostMs: 100, events: 2, lateEvents: 0 },
      { atMostMs: 60_000, events: 1, lateEvents: 0 },
      { atMostMs: 90_000, events: 2, lateEvents: 2 },
    ]);
    expect(rows.sumMs).toBe(20 + 100 + 60_000 + 60_001 + 90_000 - 30_000);
  });

  it('counts the late events of the bucket that contains the allowed lateness', () => {
    const counts = new LatenessCounts(70_000);
    const interners = new EventInterners();
    for (const latenessMs of [65_000, 70_000, 70_001]) {
      const eventTimeMs = ARRIVAL_MS - latenessMs;
      counts.add(ARRIVAL_MS, interners.intern({ eventTimeMs, id: 'ana', antennaId: 'a', bytes: 5, app: 'SKYPE' }));
    }
    expect(counts.rows().buckets).toEqual([{ atMostMs: 90_000, events: 3, lateEvents: 1 }]);
  });

  it('names the antennas with late events or with events more than a second ahead, with all their events', () => {
    const late = [['slow', 70_000] as const, ['slow', 10] as const, ['slow', 172_800_000] as const];
    const rows = counted(...late, ['right', 10], ['right', -1_000], ['fast', -1_001], ['fast', -30_000]);
    expect(rows.antennas).toEqual([
      { antennaId: 'fast', events: 2, lateEvents: 0, aheadEvents: 2, leastMs: -30_000, greatestMs: -1_001 },
      { antennaId: 'slow', events: 3, lateEvents: 2, aheadEvents: 0, leastMs: 10, greatestMs: 172_800_000 },
    ]);
  });

  it('adds up the antennas beyond the bound, those with the fewest late events, in one row without an id', () => {
    const events = Array.from({ length: MAX_NAMED_ANTENNAS + 2 }, (_, antenna) => {
      const event = [`antenna ${antenna}`, 100_000 + antenna] as const;
      return antenna < MAX_NAMED_ANTENNAS ? [event, event] : [event];
    });
    const { antennas } = counted(...events.flat());
    expect(antennas).toHaveLength(MAX_NAMED_ANTENNAS + 1);
    const [leastMs, greatestMs] = [100_000 + MAX_NAMED_ANTENNAS, 100_001 + MAX_NAMED_ANTENNAS];
    expect(antennas.at(-1)).toEqual({ antennaId: '', events: 2, lateEvents: 2, aheadEvents: 0, leastMs, greatestMs });
  });

  it('names no more antennas than the bound, even when a single one is beyond it', () => {
    const events = Array.from(
      { length: MAX_NAMED_ANTENNAS + 1 },
      (_, antenna) => [`antenna ${antenna}`, 90_000] as const,
    );
    const { antennas } = counted(...events);
    expect(antennas.filter(({ antennaId }) => antennaId !== '')).toHaveLength(MAX_NAMED_ANTENNAS);
    expect(antennas.at(-1)).toMatchObject({ antennaId: '', events: 1, leastMs: 90_000, greatestMs: 90_000 });
  });

  it('does not include an event whose record has no timestamp', () => {
    const [counts, interners] = [new LatenessCounts(ALLOWED_MS), new EventInterners()];
    counts.add(-1, interners.intern({ eventTimeMs: ARRIVAL_MS, id: 'ana', antennaId: 'a', bytes: 5, app: 'SKYPE' }));
    expect(counts.rows()).toEqual({ buckets: [], sumMs: 0, antennas: [] });
  });

  it('stays within what a database can store when a record has any 64-bit number as timestamp', () => {
    const [counts, interners] = [new LatenessCounts(ALLOWED_MS), new EventInterners()];
    counts.add(2 ** 63, interners.intern({ eventTimeMs: 0, id: 'ana', antennaId: 'a', bytes: 5, app: 'SKYPE' }));
    const most = Number.MAX_SAFE_INTEGER;
    expect(counts.rows()).toMatchObject({
      buckets: [{ atMostMs: most, events: 1, lateEvents: 1 }],
      antennas: [{ leastMs: most, greatestMs: most }],
    });
  });
});
