import { loggedCommand, requiredSetting, settingsGroup } from '@antenna/cli';
import { archiveSettings, archiveUrl, archiveUrlOf, ReducibleArchive } from '@antenna/event-archive';
import {
  connectToKafka,
  GroupInUseError,
  groupMembers,
  kafkaClient,
  kafkaCluster,
  kafkaSettings,
  releaseGroup,
  TopicOffsets,
} from '@antenna/event-source';
import { type RestoredPosition, settleRestore as settle } from '@antenna/ingestion';
import { checkSchema, connectWithRetry, databaseSettings, PostgresRestoredManifest } from '@antenna/usage-store';
import { kafkaLogOf } from './logged-events.ts';
import { operatorName } from './operated-stream.ts';
import { type LostRange, refuseContradictions, settledText } from './settled-text.ts';

const restore = settingsGroup({
  title: 'Restore',
  fields: {
    aside: requiredSetting({
      name: 'aside-url',
      description: 'where files go that the restored database does not know: outside of the archive',
      type: archiveUrl,
    }),
    by: operatorName('who settles the restore; recorded with it'),
  },
  value: (values) => values,
});

/**
 * Brings archive and consumer group back to a database that was restored to an earlier time. The group goes to the
 * database last, so that none of its workers starts before the archive is settled.
 */
export const settleRestore = loggedCommand({
  name: 'settle-restore',
  description:
    'after a restore of the database: sets files of the archive aside that it does not know, and proves the rest',
  settings: { restore, database: databaseSettings, kafka: kafkaSettings, archive: archiveSettings },
  async run({ restore: { aside, by }, database: connection, kafka: settings, archive: archived }, { log, out }) {
    const kafkaLog = kafkaLogOf(log);
    const kafka = kafkaClient(settings, 'speed-layer-operator', kafkaLog);
    const topic = new TopicOffsets(kafkaCluster(kafka), settings.topic);
    const database = await connectWithRetry(connection, { applicationName: 'speed-layer-restore', log });
    try {
      await checkSchema(database);
      await connectToKafka(topic, settings.brokers, kafkaLog);
      const members = await groupMembers(kafka, settings, kafkaLog);
      if (members.length > 0) throw new GroupInUseError(settings.groupId, members);
      const { topic: name, groupId } = settings;
      const stream = { topic: name, groupId, clusterId: topic.clusterId(), archiveUrl: archived.url };
      const manifest = new PostgresRestoredManifest(database, stream, { asideUrl: archiveUrlOf(aside), by });
      const { emulatorUrl } = archived;
      const archive = await ReducibleArchive.open({ archive: archived.location, aside }, { emulatorUrl });
      const settled = await settle({ manifest, listed: manifest, archive });
      const lost = lostFromKafka(settled.positions, await topic.read());
      const released = await releaseGroup(kafka, settings, kafkaLog);
      out(`${settledText(settled, { asideUrl: archiveUrlOf(aside), lost, isReleased: released !== undefined })}\n`);
      refuseContradictions(settled);
    } finally {
      await topic.disconnect();
      await database.destroy();
    }
  },
});

/** The records from the restored positions on that Kafka has deleted: the files set aside alone have them. */
function lostFromKafka(
  positions: readonly RestoredPosition[],
  ranges: Awaited<ReturnType<TopicOffsets['read']>>,
): readonly LostRange[] {
  return positions.flatMap(({ sink, partition, nextOffset }) => {
    const earliest = ranges.get(partition)?.earliest ?? 0;
    return earliest > nextOffset ? [{ sink, partition, from: nextOffset, to: earliest }] : [];
  });
}
