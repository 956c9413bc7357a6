import { hourText, isRemoved, retain as retainRows, type Retained, type RetentionPolicy } from '@antenna/hourly-batch';
import {
  formatReport,
  instantColumn,
  loggedCommand,
  numberText,
  outputSettings,
  plainColumn,
  type ReportColumns,
  setting,
  settingsGroup,
  yesOrNo,
} from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import { databaseSettings, type LateEvents, type PostgresRetentionStore } from '@antenna/usage-store';
import { withStores } from './open-store.ts';
import { retentionSettings } from './retention-settings.ts';

const modeSettings = settingsGroup({
  title: 'Mode',
  fields: {
    dryRun: setting({
      name: 'dry-run',
      description: 'show how far the floors would rise, and change nothing',
      type: yesOrNo,
      default: 'false',
    }),
    mayWait: setting({
      name: 'commits-may-wait',
      description: 'drop the empty tables of removed months even if commits wait for seconds',
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: (values) => values,
});

/** Removes the rows that are older than the retention. `run --due` does the same. */
export const retain = loggedCommand({
  name: 'retain',
  description:
    'removes months of bytes and bytes_hourly that are older than the retention, and says what is in the way',
  settings: {
    retention: retentionSettings,
    mode: modeSettings,
    output: outputSettings,
    database: databaseSettings,
  },
  async run({ retention, mode, output, database }, { log, out }) {
    await withStores(database, { archiveUrl: undefined, log }, async ({ retention: store }) => {
      const rows = await retainRows(store, retention, mode);
      out(formatReport({ columns, rows, below: remarks(rows, await store.late()), empty: NOTHING_SET }, output));
    });
  },
});

const NOTHING_SET = 'nothing is removed: neither RETAIN_WINDOWS_DAYS nor RETAIN_HOURS_DAYS is set';

const columns: ReportColumns<Retained> = {
  kind: plainColumn(({ kind }) => kind),
  days: plainColumn(({ days }) => days),
  floor: instantColumn(({ floorMs }) => floorMs),
  removed: plainColumn(({ removals }) => removedTexts(removals).join(' ')),
  not_removed: plainColumn(({ removals }) => keptTexts(removals).join('; ')),
  in_the_way: plainColumn(obstacleOf),
};

/** Why the floor is lower than the retention asks for. */
function obstacleOf({ floorMs, wantedMs, firstMonthMs, obstacle }: Retained): string {
  if (obstacle !== undefined) return `hour ${hourText(obstacle.hourMs)} ${obstacle.reason}`;
  if (wantedMs === undefined) return 'no event was counted yet';
  if ((floorMs ?? 0) >= wantedMs || wantedMs >= firstMonthMs) return '';
  return `rows before ${hourText(firstMonthMs)} are in one partition, and are removed together`;
}

function removedTexts(removals: Retained['removals']): readonly string[] {
  return removals
    .filter(isRemoved)
    .map(({ partition, outcome }) => (outcome === 'emptied' ? `${partition} (its empty table is left)` : partition));
}

const KEPT = {
  busy: 'in use by other transactions: tried again in the next run',
  'not summed': 'an hour was computed meanwhile: tried again in the next run',
} as const;

function keptTexts(removals: Retained['removals']): readonly string[] {
  return removals.flatMap(({ partition, outcome }) =>
    outcome in KEPT ? [`${partition} is kept (${KEPT[outcome as keyof typeof KEPT]})`] : [],
  );
}

function remarks(rows: readonly Retained[], { events, bytes }: LateEvents): readonly string[] {
  return [
    ...(rows.length === 0 ? [] : ['floor: rows of earlier hours are removed, and not written again; it only rises']),
    ...(events === 0
      ? []
      : [
          `${numberText(events)} events of ${numberText(bytes)} bytes came below the floor of windows: archived, in no window`,
        ]),
  ];
}

/** Retention within `run --due`. A failure does no harm: the next run goes on. */
export async function retainIfDue(store: PostgresRetentionStore, policy: RetentionPolicy, log: Logger): Promise<void> {
  try {
    for (const retained of await retainRows(store, policy, { dryRun: false, mayWait: false }))
      logRetained(retained, log);
  } catch (error) {
    log.warn('could not remove rows that are older than the retention; the next run tries again', { error });
  }
}

function logRetained(retained: Retained, log: Logger): void {
  const { kind, removals } = retained;
  const removed = removedTexts(removals);
  if (removed.length > 0) log.info('removed rows that are older than the retention', { kind, removed });
  const kept = [...keptTexts(removals), ...[obstacleOf(retained)].filter((text) => text !== '')];
  if (kept.length > 0) log.warn('rows are kept beyond their retention', { kind, because: kept.join('; ') });
}
