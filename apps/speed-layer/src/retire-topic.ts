import { anyText, loggedCommand, requiredSetting, setting, settingsGroup, yesOrNo } from '@antenna/cli';
import {
  checkSchema,
  connectWithRetry,
  databaseSettings,
  type RetiredTopic,
  StreamOperations,
} from '@antenna/usage-store';

const retirement = settingsGroup({
  title: 'Retirement',
  fields: {
    topic: requiredSetting({ name: 'topic', description: 'topic to retire', type: anyText('topic') }),
    undo: setting({
      name: 'undo',
      description: 'restore the topic with the positions at which it was retired',
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: (values) => values,
});

/** Retires a topic that is no longer used. The setting KAFKA_TOPIC plays no part: it names the topic in use. */
export const retireTopic = loggedCommand({
  name: 'retire-topic',
  description:
    'retires a topic that is no longer used: hours stop waiting for it, and another topic can take its place',
  settings: { database: databaseSettings, retirement },
  async run({ database: connection, retirement: { topic, undo } }, { log, out }) {
    const database = await connectWithRetry(connection, { applicationName: 'speed-layer-retire', log });
    try {
      await checkSchema(database);
      const operations = new StreamOperations(database, topic);
      const text = undo
        ? restoredText(topic, await operations.restoreTopic())
        : retiredText(topic, await operations.retireTopic());
      out(`${text}\n`);
    } finally {
      await database.destroy();
    }
  },
});

function restoredText(topic: string, isChanged: boolean): string {
  return isChanged
    ? `topic ${topic} is kept again, from the positions that it was left at`
    : `topic ${topic} is not retired`;
}

function retiredText(topic: string, { isChanged, ...left }: RetiredTopic): string {
  return [
    isChanged
      ? `topic ${topic} is retired: its workers are refused, and no hour waits for it`
      : `topic ${topic} was retired before`,
    `left of its ${left.partitions} partitions, as far as their ends were noted:`,
    `  ${left.notCounted} offsets that are in no total`,
    `  ${left.notArchived} offsets that are in the totals and not in the archive`,
    `  ${left.files} files of the archive, which hours are computed from as before`,
  ].join('\n');
}
