import { checkCompaction } from './check-compaction.ts';
import type { CompactedFacts, CompactedFile, SourceFacts } from './compaction-ports.ts';
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
const compacted: CompactedFacts = { partition: 0, rows: 2, offsets: 2, eventBytes: 12n, digest: 99n, ofOtherHours: 0 };

function check(file: Partial<CompactedFile> = {}) {
  return () => {
    checkCompaction(HOUR, [aFile()], {
      localPath: '/compacted',
      sizeBytes: 1,
      sources: [source],
      compacted: [compacted],
      ...file,
    });
  };
}

describe('a compacted file', () => {
  it('is accepted when it has each row of the manifest once', () => {
    expect(check()).not.toThrow();
  });

  it.each<[string, Partial<CompactedFile>]>([
    [`${path} has no rows`, { sources: [] }],
    [`${path} has 3 rows instead of 2`, { sources: [{ ...source, rows: 3 }] }],
    [`${path} has 13 bytes instead of 12`, { sources: [{ ...source, eventBytes: 13n }] }],
    [`${path} has rows of other partitions`, { sources: [source, { ...source, partition: 1 }] }],
    [`${path} has offsets 9 to 11, beyond [10, 12)`, { sources: [{ ...source, firstOffset: 9 }] }],
    [`${path} has offsets 10 to 12, beyond [10, 12)`, { sources: [{ ...source, lastOffset: 12 }] }],
    ['the compacted file has no rows of partition 0', { compacted: [] }],
    ['the 2 rows of partition 0, each once', { compacted: [{ ...compacted, rows: 3 }] }],
    ['the 2 rows of partition 0, each once', { compacted: [{ ...compacted, offsets: 1 }] }],
    ['the 2 rows of partition 0, each once', { compacted: [{ ...compacted, digest: 98n }] }],
    ['1 rows of partition 0 are of other hours', { compacted: [{ ...compacted, ofOtherHours: 1 }] }],
    ['the compacted file has rows of partition 7', { compacted: [compacted, { ...compacted, partition: 7 }] }],
  ])('is refused when %s', (fact, file) => {
    expect(check(file)).toThrow(fact);
  });
});
