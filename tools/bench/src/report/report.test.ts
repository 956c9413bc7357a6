import { withBlocks } from './record.ts';
import { ratioText, spreadText } from './table.ts';

const document = `# Title

<!-- bench:first -->
old
<!-- /bench -->

By hand.

<!-- bench:second -->
<!-- /bench -->
`;

describe('the blocks of a document', () => {
  it('are replaced; what was written by hand stays', () => {
    const text = withBlocks(document, new Map([['first', 'costs $1 & $&']]));
    expect(text).toBe(document.replace('old', () => '\ncosts $1 & $&\n'));
  });

  it('can be replaced again', () => {
    const once = withBlocks(document, new Map([['second', 'new']]));
    expect(withBlocks(once, new Map([['second', 'new']]))).toBe(once);
  });

  it('must be there', () => {
    expect(() => withBlocks(document, new Map([['third', '']]))).toThrow(/bench:third/);
  });
});

describe('the text of a figure', () => {
  it('is the median with the range around it', () => {
    expect(spreadText({ median: 1_234.5, min: 1_000, max: 2_000, count: 3 }, 1)).toBe('1,234.5 (1,000.0–2,000.0)');
  });

  it('is the value alone when it was measured once', () => {
    expect(spreadText({ median: 5, min: 5, max: 5, count: 1 }, 0)).toBe('5');
  });

  it('says whether a ratio is what was demanded', () => {
    expect(ratioText(4.25, 4)).toBe('4.25x (≥ 4x, met)');
    expect(ratioText(3.999, 4)).toBe('4.00x (≥ 4x, NOT met)');
    expect(ratioText(23.456)).toBe('23.5x');
  });
});
