import type { ListedDeadLetters } from '@antenna/ingestion';
import { instantText, loggedCommand, textTable } from '@antenna/cli';
import { deadLetterSettings, withDeadLetters } from './open-dead-letters.ts';
import { listSettings } from './selection-settings.ts';
import { replayText } from './texts.ts';

/** Lists dead letters without the keys and values of their records. */
export const listDeadLetters = loggedCommand({
  name: 'dead-letters list',
  description: 'lists dead letters and ranges of them, without their payloads',
  settings: { ...deadLetterSettings, selection: listSettings },
  async run({ selection: { filter, asJson }, ...connections }, { log, out }) {
    const found = await withDeadLetters(connections, log, (store) => store.list({ ...filter, most: filter.most + 1 }));
    const listed = found.slice(0, filter.most);
    const more = found.length > listed.length ? '\nthere are more: --limit shows more of them' : '';
    out(asJson ? `${JSON.stringify(listed)}\n` : `${listText(listed)}${more}\n`);
  },
});

const HEAD = ['offsets', 'records', 'reason', 'detail', 'bytes', 'stored', 'sent again'];

function listText(listed: readonly ListedDeadLetters[]): string {
  if (listed.length === 0) return 'no dead letters';
  const records = listed.reduce((sum, each) => sum + each.records, 0);
  return `${textTable(HEAD, listed.map(rowOf))}\n${records} records`;
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
