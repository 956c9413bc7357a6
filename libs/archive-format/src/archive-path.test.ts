import fc from 'fast-check';
import { archivePath, hourFolder, hourFolderSpellings, parseArchivePath, parseHourFolder } from './archive-path.ts';

const HOUR_MS = 3_600_000;
const thirteen = Date.UTC(2022, 9, 29, 13);
const path = 'year=2022/month=10/day=29/hour=13/devices-3-000000004812-000000009377.parquet';
const name = { topic: 'devices', partition: 3, startOffset: 4812, endOffset: 9377, hourMs: thirteen };

describe('the folder of an hour', () => {
  it('contains the date and hour in UTC', () => {
    expect(hourFolder(thirteen)).toBe('year=2022/month=10/day=29/hour=13');
  });

  it('has no padded numbers', () => {
    expect(hourFolder(Date.UTC(2023, 0, 2, 3))).toBe('year=2023/month=1/day=2/hour=3');
  });

  it('has spellings by other writers, with each number below ten padded or not', () => {
    expect(hourFolderSpellings(Date.UTC(2023, 10, 2, 3))).toEqual([
      'year=2023/month=11/day=2/hour=3',
      'year=2023/month=11/day=2/hour=03',
      'year=2023/month=11/day=02/hour=3',
      'year=2023/month=11/day=02/hour=03',
    ]);
  });

  it('is the same for every instant of the hour', () => {
    expect(hourFolder(thirteen + HOUR_MS - 1)).toBe(hourFolder(thirteen));
  });

  it.each([
    ['a padded number', 'year=2023/month=01/day=2/hour=3'],
    ['a date that does not exist', 'year=2023/month=2/day=30/hour=3'],
    ['an hour that does not exist', 'year=2023/month=2/day=3/hour=24'],
    ['no hour', 'year=2023/month=2/day=3'],
    ['a parent folder', 'old/year=2023/month=2/day=3/hour=4'],
  ])('is not recognised with %s', (_what, folder) => {
    expect(parseHourFolder(folder)).toBeUndefined();
  });
});

describe('the path of an archive file', () => {
  it('contains the hour, the topic, the partition and the offsets', () => {
    expect(archivePath(name)).toBe(path);
  });

  it('contains the generation of a truncated log', () => {
    expect(archivePath({ ...name, generation: 2 })).toBe(path.replace('devices-3-', 'devices-3.2-'));
  });

  it('is parsed back into its parts', () => {
    expect(parseArchivePath(path)).toEqual(name);
  });

  it('is parsed back for any topic name and any offsets', () => {
    const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER });
    const names = fc
      .record({
        topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,80}$/),
        partition: fc.nat({ max: 9999 }),
        generation: fc.nat({ max: 3 }),
        startOffset: offset,
        endOffset: offset,
        hourMs: fc.nat({ max: 2_000_000 }).map((hour) => hour * HOUR_MS),
      })
      .filter(({ startOffset, endOffset }) => startOffset < endOffset);
    fc.assert(
      fc.property(names, (any) => {
        const generation = any.generation === 0 ? undefined : any.generation;
        expect(parseArchivePath(archivePath(any))).toEqual({ ...any, generation });
      }),
    );
  });

  it.each([
    ['an offset that is not padded', 'year=2022/month=10/day=29/hour=13/devices-3-4812-9377.parquet'],
    ['an offset padded too far', 'year=2022/month=10/day=29/hour=13/devices-3-0000000004812-000000009377.parquet'],
    ['a padded partition', 'year=2022/month=10/day=29/hour=13/devices-03-000000004812-000000009377.parquet'],
    ['no topic', 'year=2022/month=10/day=29/hour=13/-3-000000004812-000000009377.parquet'],
    ['another suffix', `${path}.tmp`],
    ['no folder', 'devices-3-000000004812-000000009377.parquet'],
    ['a file name of Spark', 'year=2022/month=10/day=29/hour=13/part-00000-c000.snappy.parquet'],
  ])('is not recognised with %s', (_what, other) => {
    expect(parseArchivePath(other)).toBeUndefined();
  });
});
