import { checkMerge } from './check-merge.ts';
import type { MergedFacts, MergedFile, SourceFacts } from './compaction-ports.ts';
import { aFile, HOUR } from './testing/an-hour.ts';

const { path } = aFile();
const source: SourceFacts = {
  path,
  partition: 0,
  rows: 2,
  eventBytes: 12n,
  firstOffset: 10,
  lastOffset: 11,
  digest: 99n,
};
const merged: MergedFacts = { partition: 0, rows: 2, offsets: 2, eventBytes: 12n, digest: 99n, ofOtherHours: 0 };

function check(file: Partial<MergedFile> = {}) {
  return () => {
    checkMerge(HOUR, [aFile()], {
      localPath: '/merged',
      sizeBytes: 1,
      sources: [source],
      merged: [merged],
      ...file,
    });
  };
}

describe('a merge', () => {
  it('is exact when it has the rows of the manifest, each once', () => {
    expect(check()).not.toThrow();
  });

  it.each<[string, Partial<MergedFile>]>([
    [`${path} has no rows`, { sources: [] }],
    [`${path} has 3 rows instead of 2`, { sources: [{ ...source, rows: 3 }] }],
    [`${path} has 13 bytes instead of 12`, { sources: [{ ...source, eventBytes: 13n }] }],
    [`${path} has rows of other partitions`, { sources: [source, { ...source, partition: 1 }] }],
    [`${path} has offsets 9 to 11, beyond [10, 12)`, { sources: [{ ...source, firstOffset: 9 }] }],
    [`${path} has offsets 10 to 12, beyond [10, 12)`, { sources: [{ ...source, lastOffset: 12 }] }],
    ['the merged file has no rows of partition 0', { merged: [] }],
    ['the 2 rows of partition 0, each once', { merged: [{ ...merged, rows: 3 }] }],
    ['the 2 rows of partition 0, each once', { merged: [{ ...merged, offsets: 1 }] }],
    ['the 2 rows of partition 0, each once', { merged: [{ ...merged, digest: 98n }] }],
    ['1 rows of partition 0 are of other hours', { merged: [{ ...merged, ofOtherHours: 1 }] }],
    ['the merged file has rows of partition 7', { merged: [merged, { ...merged, partition: 7 }] }],
  ])('is refused when %s', (fact, file) => {
    expect(check(file)).toThrow(fact);
  });
});
