import { type EventLateness, FenceLostError } from '@antenna/ingestion';
import type { PostgresPositionStore } from '../position-store.ts';
import { StreamProgress } from '../stream-progress.ts';
import { aCommit } from '../testing/a-commit.ts';
import { STREAM, TestStore } from '../testing/test-store.ts';

const DAY_MS = 86_400_000;

describe('the lateness of events in Postgres', () => {
  let opened: TestStore;
  let store: PostgresPositionStore;
  let next: number;

  beforeEach(async () => {
    opened = await TestStore.open();
    store = opened.worker();
    await store.claim(['totals'], [0]);
    next = 0;
  });
  afterEach(() => opened.close());

  it('is added up by bucket, from commit to commit', async () => {
    await commit({ buckets: [bucket(100, 900), bucket(60_000, 95, 5)] });
    await commit({ buckets: [bucket(60_000, 4, 4), bucket(90_000, 1, 1)] });
    expect(await rows('SELECT at_most_ms, events, late_events FROM pipeline.event_lateness ORDER BY 1')).toEqual([
      { at_most_ms: '100', events: '900', late_events: '0' },
      { at_most_ms: '60000', events: '99', late_events: '9' },
      { at_most_ms: '90000', events: '1', late_events: '1' },
    ]);
  });

  it('is not counted by a commit that is refused', async () => {
    await commit({ buckets: [bucket(100, 1)] });
    next = 0;
    await expect(commit({ buckets: [bucket(100, 1)] })).rejects.toThrow(FenceLostError);
    expect(await rows('SELECT events FROM pipeline.event_lateness')).toEqual([{ events: '1' }]);
  });

  it('is shown as the smallest bounds within which 99 % and 99.9 % of the events came', async () => {
    await commit({ buckets: [bucket(100, 989), bucket(5_000, 1), bucket(90_000, 9, 9), bucket(3_600_000, 1, 1)] });
    expect(
      await rows(
        `SELECT events, late_events, seconds_for_99::float, seconds_for_999::float FROM pipeline.lateness_by_hour`,
      ),
    ).toEqual([{ events: '1000', late_events: '10', seconds_for_99: 5, seconds_for_999: 90 }]);
  });

  it('is summarized for operators, with the antenna whose clock is furthest off first', async () => {
    const progress = new StreamProgress(opened.database, STREAM.topic);
    expect(await progress.lateness()).toBeUndefined();
    await commit({
      buckets: [bucket(-1_000, 10), bucket(100, 900), bucket(2 * DAY_MS, 90, 90)],
      antennas: [
        antenna('slow', { lateEvents: 60, events: 60, leastMs: DAY_MS, greatestMs: 2 * DAY_MS }),
        antenna('buffering', { lateEvents: 30, events: 40, leastMs: 50, greatestMs: DAY_MS }),
        antenna('fast', { aheadEvents: 10, events: 10, leastMs: -40_000, greatestMs: -30_000 }),
      ],
    });
    expect(await progress.lateness()).toEqual({
      events: 1_000,
      lateEvents: 90,
      aheadEvents: 10,
      secondsFor99: 172_800,
      secondsFor999: 172_800,
      antennas: [
        { antennaId: 'slow', events: 60, lateEvents: 60, aheadEvents: 0, clockOffsetSeconds: -86_400 },
        { antennaId: 'fast', events: 10, lateEvents: 0, aheadEvents: 10, clockOffsetSeconds: 30 },
        { antennaId: 'buffering', events: 40, lateEvents: 30, aheadEvents: 0, clockOffsetSeconds: null },
      ],
    });
  });

  it('compares the antennas with each other where most events are late, as in a replay of old events', async () => {
    const years = 1_500 * DAY_MS;
    const late = (antennaId: string, leastMs: number) =>
      antenna(antennaId, { lateEvents: 10, events: 10, leastMs, greatestMs: leastMs + 1_000 });
    await commit({
      buckets: [bucket(3_650 * DAY_MS, 40, 40)],
      antennas: [
        late('a', years),
        late('b', years + 2_000),
        late('c', years + 2_000),
        late('slow', years + 3 * DAY_MS),
      ],
    });
    expect(
      await rows(
        'SELECT antenna_id, clock_offset_seconds::float AS seconds FROM pipeline.antenna_clock ORDER BY 2, 1 LIMIT 2',
      ),
    ).toEqual([
      { antenna_id: 'slow', seconds: -259_198 },
      { antenna_id: 'b', seconds: 0 },
    ]);
  });

  it('names 1,000 antennas an hour, and adds up the others in the row without an id', async () => {
    const some = (first: number, count: number) =>
      Array.from({ length: count }, (_, index) => antenna(`a${first + index}`, { lateEvents: 1, events: 2 }));
    await commit({ antennas: some(0, 998) });
    await commit({ antennas: some(997, 5) });
    await commit({ antennas: [...some(0, 1), antenna('', { lateEvents: 7, events: 7 })] });
    expect(
      await rows(`SELECT count(*), sum(events) AS events FROM pipeline.antenna_lateness WHERE antenna_id <> ''`),
    ).toEqual([{ count: '1000', events: '2004' }]);
    expect(await rows(`SELECT late_events, events FROM pipeline.antenna_lateness WHERE antenna_id = ''`)).toEqual([
      { late_events: '9', events: '11' },
    ]);
  });

  it('by antenna is kept for 31 days', async () => {
    await commit({ antennas: [antenna('a', { lateEvents: 1, events: 1 })] });
    await opened.database.raw(`
      UPDATE pipeline.antenna_lateness SET counted_hour = counted_hour - interval '32 days';
      INSERT INTO pipeline.antenna_lateness SELECT counted_hour + interval '2 days', 'b', 1, 1, 0, 1, 1
      FROM pipeline.antenna_lateness`);
    await commit({ antennas: [antenna('c', { lateEvents: 1, events: 1 })] });
    expect(await rows('SELECT antenna_id FROM pipeline.antenna_lateness ORDER BY 1')).toEqual([
      { antenna_id: 'b' },
      { antenna_id: 'c' },
    ]);
  });

  async function commit({ buckets = [], antennas = [] }: Partial<EventLateness>): Promise<void> {
    const commit = aCommit([], { from: next, to: next + 1 });
    await store.commitTotals({ ...commit, lateness: { buckets, antennas, sumMs: 0 } });
    next += 1;
  }

  async function rows(statement: string): Promise<unknown[]> {
    return (await opened.database.raw<{ rows: unknown[] }>(statement)).rows;
  }
});

function bucket(atMostMs: number, events: number, lateEvents = 0) {
  return { atMostMs, events, lateEvents };
}

type Antenna = EventLateness['antennas'][number];

function antenna(antennaId: string, counts: Partial<Antenna> & Pick<Antenna, 'events'>): Antenna {
  return { antennaId, lateEvents: 0, aheadEvents: 0, leastMs: 70_000, greatestMs: 70_000, ...counts };
}
