import { kafkaClient, kafkaSettings, type ReleasedGroup, releaseGroup as release } from '@antenna/event-source';
import { loggedCommand } from '@antenna/cli';
import { kafkaLogOf } from './logged-events.ts';

/** Releases the consumer group from its database, so that another database can use it. */
export const releaseGroup = loggedCommand({
  name: 'release-group',
  description: 'deletes the consumer group if it has no members, so that a new database can use it',
  settings: { kafka: kafkaSettings },
  async run({ kafka: connection }, { log, out }) {
    const kafkaLog = kafkaLogOf(log);
    const kafka = kafkaClient(connection, 'speed-layer-group', kafkaLog);
    const released = await release(kafka, connection, kafkaLog);
    out(`${text(connection.groupId, released)}\n`);
  },
});

function text(groupId: string, released: ReleasedGroup | undefined): string {
  if (released === undefined) return `there is no group ${groupId}: nothing to release`;
  const { offsets, databases } = released;
  const served = databases.length === 0 ? 'no database is named' : `it served database ${databases.join(' and ')}`;
  return `group ${groupId} is released: ${served}; ${offsets} committed offsets are gone, which only lag tools read`;
}
