import type { ListedDeadLetters } from '@antenna/ingestion';
import { command } from '@antenna/cli';
import { createLogger } from '@antenna/telemetry';
import Table from 'cli-table3';
import { deadLetterSettings, withDeadLetters } from './open-dead-letters.ts';
import { listSettings } from './selection-settings.ts';
import { instantText, replayText } from './texts.ts';

/** Lists dead letters, without what their records hold. */
export const listDeadLetters = command({
  name: 'dead-letters list',
  description: 'lists dead letters and ranges of them, without their payloads',
  settings: { ...deadLetterSettings, selection: listSettings },
  async run({ selection: { filter, asJson }, log, ...connections }, { secrets }) {
    const logger = createLogger({ ...log, name: 'dead-letters', secrets });
    const found = await withDeadLetters(connections, logger, (store) =>
      store.list({ ...filter, most: filter.most + 1 }),
    );
    const listed = found.slice(0, filter.most);
    const more = found.length > listed.length ? '\nthere are more: --limit shows more of them' : '';
    process.stdout.write(asJson ? `${JSON.stringify(listed)}\n` : `${listText(listed)}${more}\n`);
  },
});

function listText(listed: readonly ListedDeadLetters[]): string {
  if (listed.length === 0) return 'no dead letters';
  const table = new Table({
    head: ['offsets', 'records', 'reason', 'detail', 'bytes', 'stored', 'sent again'],
    style: { head: [], border: [], compact: true },
  });
  for (const each of listed) table.push(rowOf(each));
  const records = listed.reduce((sum, each) => sum + each.records, 0);
  return `${table.toString()}\n${records} records`;
}

function rowOf(each: ListedDeadLetters): string[] {
  const { partition, firstOffset, lastOffset, isWhole } = each;
  const stored = instantText(each.firstSeenMs);
  return [
    isWhole ? `${partition}/${firstOffset}` : `${partition}/${firstOffset}-${lastOffset}`,
    String(each.records),
    each.reason,
    each.detail ?? 'counted only: the records are in the topic',
    each.payloadBytes === undefined ? '-' : String(each.payloadBytes),
    isWhole ? stored : `${stored} to ${instantText(each.lastSeenMs)}`,
    replayText(partition, each.replay),
  ];
}
