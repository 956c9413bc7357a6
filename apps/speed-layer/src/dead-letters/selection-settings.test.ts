import { offsetSpans } from './selection-settings.ts';

describe('spans of offsets', () => {
  it.each([
    ['3/4812', [{ partition: 3, firstOffset: 4812, lastOffset: 4812 }]],
    [
      '0/0, 3/4900-5000',
      [
        { partition: 0, firstOffset: 0, lastOffset: 0 },
        { partition: 3, firstOffset: 4900, lastOffset: 5000 },
      ],
    ],
  ])('are parsed from %j', (text, spans) => {
    expect(offsetSpans.schema.parse(text)).toEqual(spans);
  });

  it.each(['', '3', '3/', '3/9-8', '3/1,', '-1/5', '3/1e3', '3/1-2-3'])('are not parsed from %j', (text) => {
    expect(offsetSpans.schema.safeParse(text).success).toBe(false);
  });
});
