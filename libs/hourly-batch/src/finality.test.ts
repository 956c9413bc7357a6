import { finality, type PartitionArchival } from './finality.ts';
import { aPartition, HOUR } from './testing/an-hour.ts';

const MINUTE = 60_000;
const end = HOUR + 60 * MINUTE;

function archived(partition: number, archivedUntilMs: number | undefined): PartitionArchival {
  return aPartition({ partition, archivedUntilMs });
}

interface Situation {
  readonly partitions?: readonly PartitionArchival[];
  readonly awaitedEvents?: number;
  readonly nowMs?: number;
}

function finalityIn({ partitions = [aPartition()], awaitedEvents = 0, nowMs = end + 180 * MINUTE }: Situation) {
  return finality({ hourMs: HOUR, awaitedEvents }, { nowMs, partitions, allowedLatenessMs: MINUTE });
}

function reasonIn(situation: Situation): string {
  const result = finalityIn(situation);
  return result.isFinal ? '' : result.reason;
}

// 13:00 ├───── the hour ─────┤ 14:00 ├─ lateness ─┤ 14:01
describe('the hour from 13:00 to 14:00, with an allowed lateness of one minute', () => {
  it('is final once every partition is archived past 14:01', () => {
    const partitions = [archived(0, end + MINUTE + 1), archived(1, end + 90 * MINUTE)];
    expect(finalityIn({ partitions })).toEqual({ isFinal: true });
  });

  it('is not final while a partition is archived until exactly 14:01', () => {
    expect(finalityIn({ partitions: [archived(0, end + MINUTE)] })).toMatchObject({ isFinal: false });
  });

  it('is not final while a partition is behind, and names the partition', () => {
    const partitions = [archived(0, end + 2 * MINUTE), archived(1, end)];
    expect(finalityIn({ partitions })).toEqual({
      isFinal: false,
      obstacle: 'not archived',
      reason:
        'arrivals until 2022-10-29T14:01:00.000Z are not archived yet: ' +
        'partition 1 of devices (archived until 2022-10-29T14:00:00.000Z)',
    });
  });

  it('is not final while nothing of a partition is archived', () => {
    const partitions = [archived(0, end + 2 * MINUTE), archived(7, undefined)];
    expect(reasonIn({ partitions })).toContain('partition 7 of devices (nothing archived)');
  });

  it('names only the first five of many partitions that are behind', () => {
    const partitions = Array.from({ length: 12 }, (_, partition) => archived(partition, undefined));
    expect(reasonIn({ partitions })).toMatch(/ and 7 more$/);
  });

  it('is not final while no partition is known', () => {
    expect(reasonIn({ partitions: [] })).toBe('no worker has read the topic yet');
  });

  it('is not final while a worker of this database has never claimed a partition, whatever its position', () => {
    const partitions = [aPartition(), aPartition({ partition: 4, isClaimed: false })];
    expect(reasonIn({ partitions })).toContain('no worker of this database has ever archived partition 4 of devices');
  });

  it('is not final while counted events are not archived, and states their number', () => {
    expect(reasonIn({ awaitedEvents: 20_000 })).toBe('20000 events of it are counted and not archived yet');
  });

  it('is not final while a gap is not acknowledged, and names its partition', () => {
    const partitions = [aPartition(), aPartition({ partition: 2, gap: 'DATA_GAP' })];
    expect(reasonIn({ partitions, awaitedEvents: 5 })).toMatch(
      /^records were lost before they were archived: partition 2 of devices \(DATA_GAP\)/,
    );
  });

  it('is not final while a partition is archived until an instant ahead of the clock of the database', () => {
    const nowMs = end + 10 * MINUTE;
    expect(reasonIn({ nowMs, partitions: [archived(0, nowMs)] })).toBe('');
    expect(reasonIn({ nowMs, partitions: [archived(3, nowMs + 1)] })).toMatch(
      /^the clock of the database was set back: partition 3 of devices \(archived until 2022-10-29T14:10:00.001Z\)/,
    );
  });

  it('is not final before it has begun or ended, and states when it does', () => {
    const partitions = [archived(0, end + 2 * MINUTE)];
    expect(reasonIn({ nowMs: HOUR - 1, partitions })).toBe(
      'it begins only at 2022-10-29T13:00:00.000Z, and it is 2022-10-29T12:59:59.999Z by the clock of the database',
    );
    expect(reasonIn({ nowMs: end - 1, partitions })).toMatch(/^it ends only at 2022-10-29T14:00:00.000Z, and it is /);
    expect(reasonIn({ nowMs: end, partitions: [archived(0, end)] })).toMatch(/^arrivals until/);
  });
});
