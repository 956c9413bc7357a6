export { type KafkaConnection, type KafkaLog, kafkaClient } from './kafka-client.ts';
export { KafkaEventSource, type SubscriptionSettings } from './kafka-event-source.ts';
export { TopicMissingError, TopicOffsets } from './topic-offsets.ts';
