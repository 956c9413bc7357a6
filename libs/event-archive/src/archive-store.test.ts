import { isVisibleName, refuseOutside } from './archive-store.ts';

describe('a name in the archive', () => {
  it.each(['devices-3-000000004812-000000009377.parquet', 'part-00000-c000.snappy.parquet'])(
    '%s is visible to readers',
    (name) => {
      expect(isVisibleName(name)).toBe(true);
    },
  );

  it.each(['.staging', '._x.parquet', '_SUCCESS', '_temporary', '1b2c.tmp', 'rows.parquet.tmp', ''])(
    '«%s» is ignored by readers',
    (name) => {
      expect(isVisibleName(name)).toBe(false);
    },
  );
});

describe('a path in the archive', () => {
  it('is relative to the root', () => {
    expect(() => {
      refuseOutside('year=2022/month=10/day=29/hour=13/x.parquet');
    }).not.toThrow();
  });

  it.each(['/etc/passwd', '../x', 'a/../../x', 'a//b', './x', ''])('is refused when it is «%s»', (path) => {
    expect(() => {
      refuseOutside(path);
    }).toThrow(RangeError);
  });
});
