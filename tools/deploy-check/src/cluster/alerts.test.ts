import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { deployFolder } from './overlays.ts';

const monitoring = join(deployFolder, 'components', 'monitoring');
const runbook = readFileSync(resolve(deployFolder, '..', 'docs', 'runbook.md'), 'utf8');

const alertingRule = z.object({
  alert: z.string(),
  // `none` is the one that always fires.
  labels: z.object({ severity: z.enum(['none', 'warning', 'critical']) }),
  annotations: z.object({ summary: z.string(), description: z.string(), runbook_url: z.url() }),
});

const rules = z.object({
  spec: z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.union([alertingRule, z.object({ record: z.string() })])),
      }),
    ),
  }),
});

const played = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).default([]) })),
    }),
  ),
});

function read(file: string): unknown {
  return parse(readFileSync(join(monitoring, file), 'utf8'));
}

const alerts = rules
  .parse(read('alerts.yaml'))
  .spec.groups.flatMap((group) => group.rules)
  .flatMap((rule) => ('alert' in rule ? [rule] : []));

describe('an alert', () => {
  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s leads to its section of the runbook',
    (name, alert) => {
      expect(alert.annotations.runbook_url).toMatch(new RegExp(`^https://.+/docs/runbook\\.md#${name.toLowerCase()}$`));
      expect(runbook).toContain(`\n### ${name}\n`);
    },
  );

  it('is seen to fire in a test for promtool', () => {
    const seen = played
      .parse(read('alerts.test.yaml'))
      .tests.flatMap((test) => test.alert_rule_test)
      .flatMap(({ alertname, exp_alerts }) => (exp_alerts.length > 0 ? [alertname] : []));
    expect(new Set(seen)).toEqual(new Set(alerts.map(({ alert }) => alert)));
  });
});
