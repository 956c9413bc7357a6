import type { Plot } from '../plots/plots.ts';
import type { Section } from '../report/sections.ts';
import { markdownTable } from '../report/table.ts';
import type { Circumstances } from '../results/results.ts';

interface SuiteParts {
  readonly sections: readonly Section[];
  readonly plot: Plot | undefined;
  readonly circumstances: Circumstances | undefined;
}

/** Tables and plot of a suite, and when they were made, in Markdown. */
export function suiteText({ sections, plot, circumstances }: SuiteParts): string {
  return [
    ...sections.map(({ title, table }) => `**${title}**\n\n${markdownTable(table)}`),
    ...(plot === undefined ? [] : [`![${plot.alt}](${plotPath(plot)})`]),
    ...(circumstances === undefined ? [] : [madeText(circumstances)]),
  ].join('\n\n');
}

/** Relative to the document. */
export function plotPath({ suite }: Plot): string {
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
