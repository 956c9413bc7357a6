import type { DeadLetterFilter, ListedDeadLetters } from '@antenna/ingestion';
import {
  countColumn,
  formatReport,
  instantText,
  loggedCommand,
  outputSettings,
  plainColumn,
  type Report,
  type ReportColumns,
} from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import { type Connections, deadLetterSettings, withDeadLetters } from './open-dead-letters.ts';
import { listSettings } from './selection-settings.ts';
import { replayText } from './replay-text.ts';

/** Lists dead letters without the keys and values of their records. */
export const listDeadLetters = loggedCommand({
  name: 'dead-letters list',
  description: 'lists dead letters and ranges of them, without their payloads',
  settings: { ...deadLetterSettings, selection: listSettings, output: outputSettings },
  async run({ selection: filter, output, ...connections }, { log, out }) {
    const report = await readDeadLetters(filter, connections, log);
    out(formatReport(report, output));
    if (report.hasMore && output !== 'table') log.warn(MORE);
  },
});

type Listed = ListedDeadLetters;

const MORE = 'there are more: dead-letters list --limit=… shows more of them';

/** Reads the dead letters of a filter. */
export async function readDeadLetters(
  filter: DeadLetterFilter,
  connections: Connections,
  log: Logger,
): Promise<Report<Listed> & { readonly hasMore: boolean }> {
  const found = await withDeadLetters(connections, log, (store) => store.list({ ...filter, most: filter.most + 1 }));
  const hasMore = found.length > filter.most;
  return { ...listReport(found.slice(0, filter.most), hasMore), hasMore };
}

const columns: ReportColumns<Listed> = {
  partition: { value: ({ partition }) => partition },
  first_offset: { value: ({ firstOffset }) => firstOffset },
  last_offset: { value: ({ lastOffset }) => lastOffset },
  offsets: { cell: offsetsText },
  is_whole: { value: ({ isWhole }) => isWhole },
  records: plainColumn(({ records }) => records),
  reason: plainColumn(({ reason }) => reason),
  detail: {
    value: ({ detail }) => detail,
    cell: ({ detail }) => detail ?? 'counted only: the records are in the topic',
  },
  bytes: countColumn(({ payloadBytes }) => payloadBytes),
  stored: { cell: storedText },
  first_stored: { value: ({ firstSeenMs }) => instantText(firstSeenMs) },
  last_stored: { value: ({ lastSeenMs }) => instantText(lastSeenMs) },
  sent_again: {
    value: ({ replay }) => replay?.outcome,
    cell: ({ partition, replay }) => replayText(partition, replay),
  },
  sent_again_as: { value: ({ replay }) => replay?.newOffset },
  sent_again_by: { value: ({ replay }) => replay?.by },
  sent_again_at: { value: ({ replay }) => (replay === undefined ? undefined : instantText(replay.atMs)) },
};

function listReport(rows: readonly Listed[], hasMore: boolean): Report<Listed> {
  const records = rows.reduce((sum, each) => sum + each.records, 0);
  return {
    columns,
    rows,
    below: [...(rows.length === 0 ? [] : [`${records} records`]), ...(hasMore ? [MORE] : [])],
    empty: 'no dead letters',
  };
}

function offsetsText({ partition, firstOffset, lastOffset, isWhole }: Listed): string {
  return isWhole ? `${partition}/${firstOffset}` : `${partition}/${firstOffset}-${lastOffset}`;
}

function storedText({ isWhole, firstSeenMs, lastSeenMs }: Listed): string {
  const stored = instantText(firstSeenMs);
  return isWhole ? stored : `${stored} to ${instantText(lastSeenMs)}`;
}
