import { duplicatesIn } from './duplicates.ts';
import { functionLengths, median } from './figures.ts';
import { groupsOf } from './import-cycles.ts';
import { sourceFile } from './source-file.ts';

describe('the length of a function', () => {
  it('is that of its lines, the first and the last included', () => {
    expect(functionLengths('a.ts', 'function sum(a: number, b: number) {\n  return a + b;\n}\n')).toEqual([3]);
  });

  it('is counted for methods and for arrow functions with braces', () => {
    const text = 'class A {\n  b() {\n    return [1].map((c) => {\n      return c;\n    });\n  }\n}\n';
    expect(functionLengths('a.ts', text)).toEqual([5, 3]);
  });

  it('is not counted for an arrow function that is an expression, nor for a signature', () => {
    expect(functionLengths('a.ts', 'const a = () => 1;\ninterface B { c(): void }\n')).toEqual([]);
  });
});

describe('an import cycle', () => {
  it('is a group of all files that its imports connect', () => {
    const imports = [
      ['b', 'a'],
      ['a', 'b'],
      ['x', 'y'],
      ['y', 'z'],
      ['z', 'x'],
    ] as const;
    expect(groupsOf(imports)).toEqual([
      ['a', 'b'],
      ['x', 'y', 'z'],
    ]);
  });
});

describe('a duplicate', () => {
  const passage = Array.from({ length: 8 }, (_, n) => `export const value${n} = compute(${n}, 'text', [${n}, 2, 3]);`);
  const file = (path: string, lines: readonly string[]) => sourceFile(path, `${lines.join('\n')}\n`);

  it('is found in another file among other lines', async () => {
    const files = [file('a.ts', ['const one = 1;', ...passage]), file('b.ts', [...passage, 'const two = 2;'])];
    expect(await duplicatesIn(files)).toMatchObject([{ lines: 8 }]);
  });

  it('has at least six lines', async () => {
    const files = [file('a.ts', ['const one = 1;', ...passage.slice(0, 5)]), file('b.ts', passage.slice(0, 5))];
    expect(await duplicatesIn(files)).toEqual([]);
  });
});

describe('a source file', () => {
  it('has as many lines as line ends', () => {
    expect(sourceFile('libs/quota/src/a.ts', 'a\nb\n').lines).toBe(2);
    expect(sourceFile('libs/quota/src/a.ts', 'a\nb').lines).toBe(2);
  });

  it.each([
    ['libs/quota/src/a.ts', 'libs', false],
    ['libs/quota/src/a.test.ts', 'libs', true],
    ['tools/test-kit/src/until.ts', 'tools', true],
    ['apps/batch-layer/src/testing/test-system.ts', 'apps', true],
    ['libs/quota/README.md', 'docs', false],
    ['eslint.config.mjs', 'other', false],
  ] as const)('%s belongs to its area', (path, area, isTest) => {
    expect(sourceFile(path, '')).toMatchObject({ area, isTest });
  });
});

describe('a median', () => {
  it('is the middle value', () => {
    expect([median([9, 1, 4]), median([4, 1, 9, 5]), median([])]).toEqual([4, 5, 0]);
  });
});
