import { archivePathOf, patternOf } from './exact-files.ts';

const FOLDER = 'year=2022/month=10/day=29/hour=13';
const aFile = (path: string) => ({ path, sizeBytes: 1 });

describe('the pattern of files for Spark', () => {
  it('names the files of one folder', () => {
    const files = [aFile(`${FOLDER}/a.parquet`), aFile(`${FOLDER}/b.parquet`)];
    expect(patternOf('gs://bucket/events/', files)).toBe(`gs://bucket/events/${FOLDER}/{a.parquet,b.parquet}`);
  });

  it('names the files of several folders', () => {
    const files = [aFile('hour=7/a.parquet'), aFile('hour=07/a.parquet')];
    expect(patternOf('file:///archive', files)).toBe('file:///archive/{hour=7/a.parquet,hour=07/a.parquet}');
  });

  it('escapes wildcards in file names and in the root', () => {
    const files = ['a*b', 'x?', '[0-9]', '{0,1}', 'a\\b'].map((name) => aFile(`hour=7/${name}.parquet`));
    expect(patternOf('file:///arch[1]', files)).toBe(
      'file:///arch\\[1\\]/hour=7/{a\\*b.parquet,x\\?.parquet,\\[0-9\\].parquet,\\{0\\,1\\}.parquet,a\\\\b.parquet}',
    );
  });

  it('is refused for a file name with a control character, with the name in the error', () => {
    expect(() => patternOf('file:///archive', [aFile('hour=7/a\nb')])).toThrow(
      '"hour=7/a\\nb" cannot be read by Spark',
    );
  });
});

describe('the archive path of a file that Spark names by its URL', () => {
  it('is that of the right file among several of the same name', () => {
    const files = [aFile('hour=7/a b.parquet'), aFile('hour=07/a b.parquet')];
    expect(archivePathOf('file:///archive/hour=07/a%20b.parquet', files)).toBe('hour=07/a b.parquet');
  });
});
