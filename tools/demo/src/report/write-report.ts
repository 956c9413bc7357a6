import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { place } from '../place.ts';
import type { Check } from '../proof/check.ts';
import type { DemoResults } from '../results/demo-results.ts';
import { FROM_MS, TO_MS } from '../simulation.ts';
import type { Sent } from '../topic/send-simulation.ts';
import { reportPage } from './report-page.ts';

interface Outcome {
  readonly sent: Sent;
  readonly results: DemoResults;
  readonly checks: readonly Check[];
}

/** Writes the report, in place of an earlier one. */
export async function writeReport({ sent, results, checks }: Outcome): Promise<void> {
  const { records, lateEvents } = sent;
  const story = { fromMs: FROM_MS, toMs: TO_MS, madeAtMs: Date.now(), records, lateEvents, checks };
  await mkdir(dirname(place.report), { recursive: true });
  await writeFile(place.report, reportPage({ ...story, results: results.database }));
}
