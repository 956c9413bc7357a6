import { anyText, loggedCommand, optionalSetting, ProductError, requiredSetting, settingsGroup } from '@antenna/cli';
import { archiveSettings } from '@antenna/event-archive';
import { connectToKafka, kafkaClient, kafkaCluster, kafkaSettings, TopicOffsets } from '@antenna/event-source';
import {
  checkSchema,
  connectWithRetry,
  databaseSettings,
  type MovedStream,
  type PartitionEnd,
  StreamMoves,
} from '@antenna/usage-store';
import { kafkaLogOf } from './logged-events.ts';
import { operatorName } from './operated-stream.ts';

/** Records were produced to the former topic after the cut: nothing reads them. */
class RecordsAfterCutError extends ProductError {
  readonly code = 'RECORDS_AFTER_CUT';
  override readonly exitCode = 4;
}

/** The log of a partition cannot be proven to be read to its end. */
class EndUnknownError extends ProductError {
  readonly code = 'STREAM_NOT_DRAINED';
}

/** The stream has moved before, to another topic than the one that was asked for. */
class MovedElsewhereError extends ProductError {
  readonly code = 'OTHER_STREAM';

  constructor(from: string, { toTopic, movedBy }: MovedStream) {
    super(
      `the stream was moved from topic ${from} to topic ${toTopic} before, by ${movedBy}; move it on from there, with the ` +
        `settings of topic ${toTopic}`,
    );
  }
}

const move = settingsGroup({
  title: 'Move',
  fields: {
    toTopic: requiredSetting({ name: 'to-topic', description: 'topic to read from now on', type: anyText('topic') }),
    toClusterId: optionalSetting({
      name: 'to-cluster',
      description: 'id of the Kafka cluster of that topic; without it, the present cluster',
      type: anyText('id'),
    }),
    toGroupId: optionalSetting({
      name: 'to-group',
      description: 'consumer group of the workers of that topic; without it, the present group',
      type: anyText('group'),
    }),
    by: operatorName('who moves the stream; recorded with the cut'),
  },
  value: (values) => values,
});

/**
 * Moves the stream to another topic or cluster at a proven cut. The Kafka settings are those of the present topic. A
 * repeated run changes nothing, and looks for records that were produced to the former topic after the cut.
 */
export const moveStream = loggedCommand({
  name: 'move-stream',
  description: 'moves the stream to another topic or cluster, once the present topic is read to its end',
  settings: { move, database: databaseSettings, kafka: kafkaSettings, archive: archiveSettings },
  async run({ move: asked, database: connection, kafka: settings, archive: archived }, { log, out }) {
    const kafkaLog = kafkaLogOf(log);
    const { topic: name, groupId, brokers } = settings;
    const topic = new TopicOffsets(kafkaCluster(kafkaClient(settings, 'speed-layer-operator', kafkaLog)), name);
    const database = await connectWithRetry(connection, { applicationName: 'speed-layer-move', log });
    try {
      await checkSchema(database);
      await connectToKafka(topic, brokers, kafkaLog);
      const clusterId = topic.clusterId();
      const moves = new StreamMoves(database, { topic: name, groupId, clusterId, archiveUrl: archived.url });
      if ((await moves.last()) === undefined) {
        const { toTopic, toClusterId = clusterId, toGroupId = groupId, by } = asked;
        await moves.move(endsOf(await topic.read()), { toTopic, toClusterId, toGroupId }, by);
      }
      const moved = await moves.last();
      if (moved === undefined) throw new TypeError('the move was not recorded');
      if (moved.toTopic !== asked.toTopic) throw new MovedElsewhereError(name, moved);
      out(`${movedText(name, moved)}\n`);
      refuseLaterRecords(name, moved, await topic.read());
    } finally {
      await topic.disconnect();
      await database.destroy();
    }
  },
});

type Ranges = Awaited<ReturnType<TopicOffsets['read']>>;

/** @throws {EndUnknownError} when a partition has no leader, or an open transaction that may still commit records. */
function endsOf(ranges: Ranges): readonly PartitionEnd[] {
  return [...ranges].map(([partition, range]) => {
    if (range === undefined) throw new EndUnknownError(`partition ${partition} has no leader: its end is unknown`);
    const { stable, latest } = range;
    if (stable === latest) return { partition, endOffset: latest };
    throw new EndUnknownError(
      `a transaction is open in partition ${partition} since offset ${stable}, below its end ${latest}: wait until it ` +
        'ends, or end it (kafka-transactions.sh), run speed-layer:drain, and then this again',
    );
  });
}

function movedText(from: string, { toTopic, toGroupId, toClusterId, movedBy, movedAtMs, ends }: MovedStream): string {
  return [
    `the stream moved from topic ${from} to topic ${toTopic} (group ${toGroupId}, cluster ${toClusterId}) at ` +
      `${new Date(movedAtMs).toISOString()}, by ${movedBy}`,
    `topic ${from} is counted and archived up to the cut: ` +
      ends.map(({ partition, endOffset }) => `partition ${partition} to ${endOffset}`).join(', '),
  ].join('\n');
}

/** @throws {RecordsAfterCutError} naming the offsets beyond the cut. */
function refuseLaterRecords(from: string, { ends }: MovedStream, ranges: Ranges): void {
  const cut = new Map(ends.map(({ partition, endOffset }) => [partition, endOffset]));
  const later = [...ranges].flatMap(([partition, range]) => {
    const end = cut.get(partition) ?? 0;
    return range !== undefined && range.latest > end ? [`partition ${partition}, ${end} to ${range.latest}`] : [];
  });
  if (later.length === 0) return;
  throw new RecordsAfterCutError(
    `topic ${from} got records after the cut, which nothing reads: ${later.join('; ')}; end its producers, and either ` +
      `produce these records to the new topic, or, before a worker has read the new topic, go back: move-stream with the ` +
      `settings of the new topic and --to-topic=${from}`,
  );
}
