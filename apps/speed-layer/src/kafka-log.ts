import type { KafkaLog } from '@antenna/event-source';
import type { Logger } from '@antenna/telemetry';

/** The Kafka client reports nothing but trouble: each of its lines is a warning in the log of the process. */
export function kafkaLogOf(log: Logger): KafkaLog {
  return (message, details) => {
    log.warn(message, details);
  };
}
