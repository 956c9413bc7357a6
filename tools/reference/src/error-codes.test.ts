import { readFile } from 'node:fs/promises';
import { ROOT, TROUBLESHOOTING_PAGE } from './applications.ts';
import { errorCodes, errorCodesOfProduct } from './error-codes.ts';

function codesIn(text: string) {
  return errorCodes(new Map([['a.ts', text]]));
}

describe('the error codes of a source text', () => {
  it.each([
    ['the value of the property', `class AError extends Error { readonly code = 'ONE_CODE'; }`],
    ['the type of the property', `class AError extends Error { readonly code: 'ONE_CODE' | 'TWO_CODE'; }`],
    ['a named union', `type ThingCode = 'ONE_CODE'; class AError extends Error { readonly code: ThingCode; }`],
  ])('are found as %s', (_, text) => {
    expect(codesIn(text)).toEqual({ codes: expect.arrayContaining(['ONE_CODE']) as string[], unclear: [] });
  });

  it('are unclear where an error class takes any text as its code', () => {
    expect(codesIn(`class AError extends Error { readonly code: string; }`).unclear).toEqual(['AError in a.ts']);
  });
});

describe('docs/troubleshooting.md', () => {
  it('has one section for each error code of the product, and none for any other', async () => {
    const { codes } = await errorCodesOfProduct(ROOT);
    expect(sectionsOf(await readFile(TROUBLESHOOTING_PAGE, 'utf8')).map(({ code }) => code)).toEqual(codes);
  });

  it('says of each code what it means and what to do', async () => {
    const sections = sectionsOf(await readFile(TROUBLESHOOTING_PAGE, 'utf8'));
    expect(sections.filter(({ text }) => !/^\n\S[^]*\nWhat to do: \S/.test(text)).map(({ code }) => code)).toEqual([]);
  });

  it('can be complete, since every error class of the product declares its codes', async () => {
    expect((await errorCodesOfProduct(ROOT)).unclear).toEqual([]);
  });
});

/** The sections whose headings are codes, in the order of the page. */
function sectionsOf(page: string): readonly { readonly code: string; readonly text: string }[] {
  const [, ...sections] = page.split(/^### `/m);
  return sections.map((section) => {
    const end = section.indexOf('`\n');
    return { code: section.slice(0, end), text: section.slice(end + 2) };
  });
}
