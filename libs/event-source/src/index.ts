export { type KafkaLog, kafkaClient } from './kafka-client.ts';
export { KafkaEventSource, type SubscriptionSettings } from './kafka-event-source.ts';
export { KafkaUnreachableError, connectToKafka } from './connect-to-kafka.ts';
export { isPassingKafkaFailure } from './passing-failure.ts';
export { endsOf, TopicMissingError, TopicOffsets } from './topic-offsets.ts';
export { TopicReader, TopicSilentError } from './topic-reader.ts';
export { TopicSender } from './topic-sender.ts';
