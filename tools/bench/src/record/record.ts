import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { NothingMeasuredError } from '../errors.ts';
import { checkout, place } from '../place.ts';
import { plotsOf } from '../plots/plots.ts';
import { sectionsOf } from '../report/sections.ts';
import type { SuiteName } from '../results/results.ts';
import { readResults } from '../results/results-file.ts';
import { withBlocks } from './blocks.ts';
import { plotPath, suiteText } from './suite-text.ts';

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
