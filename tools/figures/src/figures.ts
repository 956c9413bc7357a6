import { numberText } from '@antenna/cli';
import { duplicatesIn, SHORTEST } from './duplicates.ts';
import { importCycles } from './import-cycles.ts';
import type { Snapshot } from './revision.ts';
import { type Area, type SourceFile, sourceFiles } from './source-file.ts';
import ts from 'typescript';

/** A named figure of a snapshot, with the cases that it counts where a reader needs them. */
export interface Figure {
  readonly title: string;
  readonly text: string;
  readonly details?: readonly string[];
}

const SMALL_LINES = 30;
const LARGE_LINES = 200;

/** Everything that is counted, always in the same order. */
export async function figuresOf(snapshot: Snapshot): Promise<readonly Figure[]> {
  const files = await sourceFiles(snapshot);
  const code = files.filter(({ isCode }) => isCode);
  return [
    ...areaFigures(files),
    ...fileFigures(code),
    ...functionFigures(code.filter(({ isTest }) => !isTest)),
    await cycleFigure(snapshot),
    await duplicateFigure(code),
  ];
}

function areaFigures(files: readonly SourceFile[]): Figure[] {
  const areas: readonly Area[] = ['apps', 'libs', 'tools', 'other', 'docs'];
  return areas.flatMap((area) => {
    const [tests, product] = [true, false].map((isTest) =>
      files.filter((file) => file.area === area && file.isTest === isTest),
    );
    return [
      sizeFigure(area === 'docs' ? 'docs (Markdown)' : area, product ?? []),
      ...(tests?.length ? [sizeFigure(`${area}, tests`, tests)] : []),
    ];
  });
}

function sizeFigure(title: string, files: readonly SourceFile[]): Figure {
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  return { title: `${title}: lines in files`, text: `${numberText(lines)} in ${numberText(files.length)}` };
}

function fileFigures(code: readonly SourceFile[]): Figure[] {
  const small = code.filter(({ lines }) => lines < SMALL_LINES);
  const [smallSources, sources] = [small, code].map((all) => all.filter(({ isTest }) => !isTest).length);
  const large = code.filter(({ lines }) => lines > LARGE_LINES);
  return [
    { title: `files under ${SMALL_LINES} lines, without tests`, text: `${smallSources ?? 0} of ${sources ?? 0}` },
    { title: `files under ${SMALL_LINES} lines, with tests`, text: `${small.length} of ${code.length}` },
    { title: 'lines of the median file', text: String(median(code.map(({ lines }) => lines))) },
    {
      title: `files over ${LARGE_LINES} lines`,
      text: String(large.length),
      details: large.map(({ path, lines }) => `${path}: ${lines} lines`),
    },
  ];
}

function functionFigures(product: readonly SourceFile[]): Figure[] {
  const lengths = product.flatMap(({ path, text }) => functionLengths(path, text));
  return [
    { title: 'lines of the median function', text: String(median(lengths)) },
    { title: 'lines of the longest function', text: String(Math.max(0, ...lengths)) },
  ];
}

async function cycleFigure(snapshot: Snapshot): Promise<Figure> {
  const cycles = await importCycles(snapshot);
  const details = cycles.map((files) => files.join(', '));
  return { title: 'import cycles, of types too', text: String(cycles.length), details };
}

async function duplicateFigure(code: readonly SourceFile[]): Promise<Figure> {
  const duplicates = await duplicatesIn(code);
  const lines = duplicates.reduce((sum, duplicate) => sum + duplicate.lines, 0);
  return {
    title: `duplicates of ${SHORTEST.lines} lines and more`,
    text: `${duplicates.length}, ${numberText(lines)} lines`,
    details: duplicates.map((duplicate) => `${duplicate.lines} lines: ${duplicate.places.join(' and ')}`),
  };
}

/** The middle one; of an even number the greater of the middle two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Lines of each function, method, constructor and accessor with a body, from its first word to its last brace. */
export function functionLengths(path: string, text: string): readonly number[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lengths: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunctionWithBlock(node)) lengths.push(linesOf(file, node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lengths;
}

/** An arrow function counts when it has braces: without them it is an expression. */
function isFunctionWithBlock(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined && ts.isBlock(node.body);
}

function linesOf(file: ts.SourceFile, node: ts.Node): number {
  const [first, last] = [node.getStart(file), node.getEnd()].map((at) => file.getLineAndCharacterOfPosition(at).line);
  return (last ?? 0) - (first ?? 0) + 1;
}
