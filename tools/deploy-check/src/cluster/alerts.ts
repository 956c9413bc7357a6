import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, ExecaError } from 'execa';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { CheckFailedError, type CheckList } from '../check-list.ts';
import { deployFolder } from './overlays.ts';

const monitoring = join(deployFolder, 'components', 'monitoring');
const whole = z.object({ spec: z.unknown() });
const rule = z.union([
  z.looseObject({ annotations: z.object({ summary: z.string() }) }),
  z.looseObject({ record: z.string() }),
]);
const group = z.looseObject({ rules: z.array(rule) });
const prometheusRule = z.object({ spec: z.looseObject({ groups: z.array(group) }) });

/** Prometheus's own program judges the expressions, and plays the tests' series to them. */
export async function checkAlerts(list: CheckList): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-check-alerts-'));
  try {
    const object: unknown = parse(await readFile(join(monitoring, 'alerts.yaml'), 'utf8'));
    await writeFile(join(folder, 'alerts.yaml'), stringify(whole.parse(object).spec));
    // Of the texts, the tests repeat the summaries alone, which have figures in them.
    await writeFile(join(folder, 'alerts.with-summaries.yaml'), stringify(prometheusRule.parse(object).spec));
    await copyFile(join(monitoring, 'alerts.test.yaml'), join(folder, 'alerts.test.yaml'));
    await list.check('promtool takes the alerts', () => promtool(['check', 'rules', 'alerts.yaml'], folder));
    await list.check('each alert fires when it has to, and else does not', () =>
      promtool(['test', 'rules', 'alerts.test.yaml'], folder),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function promtool(args: readonly string[], cwd: string): Promise<string> {
  try {
    const { all } = await execa('promtool', args, { cwd, all: true });
    return all.trim().replaceAll(/\s+/g, ' ');
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const advice = error.code === 'ENOENT' ? 'promtool (of Prometheus 3) is not there' : String(error.all);
    throw new CheckFailedError(advice);
  }
}
