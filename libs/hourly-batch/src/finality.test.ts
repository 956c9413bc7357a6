import { finality, type PartitionArchival } from './finality.ts';
import { HOUR } from './testing/an-hour.ts';

const MINUTE = 60_000;
const end = HOUR + 60 * MINUTE;

function archived(partition: number, archivedUntilMs: number | undefined): PartitionArchival {
  return { topic: 'devices', partition, archivedUntilMs };
}

function reasonFor(partitions: readonly PartitionArchival[]): string {
  const result = finality(HOUR, partitions, MINUTE);
  return result.isFinal ? '' : result.reason;
}

// 13:00 ├───── the hour ─────┤ 14:00 ├─ lateness ─┤ 14:01
describe('the hour 13, with a lateness of one minute', () => {
  it('is final once every partition is archived past 14:01', () => {
    const partitions = [archived(0, end + MINUTE + 1), archived(1, end + 90 * MINUTE)];
    expect(finality(HOUR, partitions, MINUTE)).toEqual({ isFinal: true });
  });

  it('is not final at 14:01 itself', () => {
    expect(finality(HOUR, [archived(0, end + MINUTE)], MINUTE)).toMatchObject({ isFinal: false });
  });

  it('is held by a partition that is behind, and says which', () => {
    const partitions = [archived(0, end + 2 * MINUTE), archived(1, end)];
    expect(finality(HOUR, partitions, MINUTE)).toEqual({
      isFinal: false,
      reason:
        'arrivals until 2022-10-29T14:01:00.000Z are not archived yet: ' +
        'partition 1 of devices (archived until 2022-10-29T14:00:00.000Z)',
    });
  });

  it('is held by a partition that nobody has archived', () => {
    const partitions = [archived(0, end + 2 * MINUTE), archived(7, undefined)];
    expect(reasonFor(partitions)).toContain('partition 7 of devices (nothing archived)');
  });

  it('names the first of many partitions that hold it', () => {
    const partitions = Array.from({ length: 12 }, (_, partition) => archived(partition, undefined));
    expect(reasonFor(partitions)).toMatch(/ and 7 more$/);
  });

  it('is not final while no partition is known', () => {
    expect(finality(HOUR, [], MINUTE)).toEqual({ isFinal: false, reason: 'nobody has read the topic yet' });
  });
});
