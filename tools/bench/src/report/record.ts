import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProductError } from '@antenna/cli';
import { checkout } from '@antenna/test-kit';
import { format, resolveConfig } from 'prettier';
import { place } from '../stack/bench-stack.ts';
import { type Plot, plotsOf } from './plots.ts';
import { type Circumstances, readResults, type SuiteName } from './results.ts';
import { type Section, sectionsOf } from './sections.ts';
import { markdownTable } from './table.ts';

/** Nothing was measured yet that could be recorded. */
class NothingMeasuredError extends ProductError {
  readonly code = 'NOTHING_MEASURED';
}

const docs = join(checkout, 'docs');
const document = join(docs, 'performance.md');

/**
 * Writes the findings that are kept into the document, as tables and plots.
 * @returns the suites that were written.
 * @throws {NothingMeasuredError}
 */
export async function record(): Promise<readonly SuiteName[]> {
  const { findings, circumstances } = await readResults(place.results);
  const [sections, plots] = [Map.groupBy(sectionsOf(findings), ({ suite }) => suite), plotsOf(findings)];
  if (sections.size === 0) throw new NothingMeasuredError('nothing is recorded yet; run npm run bench first');
  for (const plot of plots) await writeFile(join(docs, plotPath(plot)), plot.svg);
  const blocks = [...sections].map(([suite, its]) => {
    const plot = plots.find((it) => it.suite === suite);
    return [suite, suiteText({ sections: its, plot, circumstances: circumstances[suite] })] as const;
  });
  const text = withBlocks(await readFile(document, 'utf8'), new Map(blocks));
  const style = await resolveConfig(document);
  await writeFile(document, await format(text, { ...style, filepath: document }));
  return blocks.map(([suite]) => suite);
}

interface SuiteParts {
  readonly sections: readonly Section[];
  readonly plot: Plot | undefined;
  readonly circumstances: Circumstances | undefined;
}

/** Tables and plot of a suite, and when they were made, in Markdown. */
function suiteText({ sections, plot, circumstances }: SuiteParts): string {
  return [
    ...sections.map(({ title, table }) => `**${title}**\n\n${markdownTable(table)}`),
    ...(plot === undefined ? [] : [`![${plot.alt}](${plotPath(plot)})`]),
    ...(circumstances === undefined ? [] : [madeText(circumstances)]),
  ].join('\n\n');
}

/** Relative to the document. */
function plotPath({ suite }: Plot): string {
  return `images/performance-${suite}.svg`;
}

function madeText({ startedAt, seconds, commit, machine }: Circumstances): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const at = startedAt.slice(0, 16).replace('T', ' ');
  const gibibytes = Math.round(machine.memoryBytes / 2 ** 30);
  const computer = `${machine.cores} x ${machine.processor}, ${gibibytes} GiB, ${machine.system}, Linux ${machine.kernel}`;
  const programs = `Node ${machine.node.slice(1)}, Java ${machine.java}, Postgres ${machine.postgres}`;
  return `_${at} UTC, ${minutes} min, commit ${commit}; ${computer}; ${programs}._`;
}

/**
 * Replaces what stands between `<!-- bench:name -->` and `<!-- /bench -->` in a document; all else stays.
 * @throws {Error} naming a block that the document does not have.
 */
export function withBlocks(document: string, blocks: ReadonlyMap<string, string>): string {
  let text = document;
  for (const [name, content] of blocks) {
    const block = new RegExp(`(<!-- bench:${name} -->\n).*?(<!-- /bench -->)`, 's');
    if (!block.test(text)) throw new Error(`the document has no block <!-- bench:${name} --> … <!-- /bench -->`);
    text = text.replace(block, (_, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
  }
  return text;
}
