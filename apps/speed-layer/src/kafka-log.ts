import type { KafkaLog } from '@antenna/event-source';
import type { Logger } from '@antenna/telemetry';

/** Logs the messages of the Kafka client as warnings, since the client logs only problems. */
export function kafkaLogOf(log: Logger): KafkaLog {
  return (message, details) => {
    log.warn(message, details);
  };
}
