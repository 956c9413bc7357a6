import { withBlocks } from './record.ts';

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
