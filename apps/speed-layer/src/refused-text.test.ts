import { reasonsText, refusedAdvice } from './refused-text.ts';

describe('the text about a topic whose records are all dead letters', () => {
  it('names the reasons, the most frequent one first', () => {
    const records = new Map([
      ['empty', 3],
      ['wrong_clock', 500],
    ]);
    expect(reasonsText(records)).toBe('wrong_clock 500, empty 3');
    expect(refusedAdvice(records)).toMatch(/timestamps in seconds .*LogAppendTime.*dead-letters -- list$/);
  });

  it('says where to look when the reason has no advice of its own', () => {
    expect(refusedAdvice(new Map([['empty', 3]]))).toBe('see npx nx run speed-layer:dead-letters -- list');
  });
});
