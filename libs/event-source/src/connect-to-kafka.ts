import { ProductError } from '@antenna/cli';
import retry, { AbortError } from 'p-retry';
import { causesOf, connectionAdvice } from './connection-advice.ts';
import { GroupTakenError } from './group-guard.ts';
import type { KafkaLog } from './kafka-client.ts';
import type { KafkaEventSource } from './kafka-event-source.ts';
import { OldBrokerError } from './old-brokers.ts';
import { TopicMissingError } from './topic-offsets.ts';

/** No broker answered, or none let us in. */
export class KafkaUnreachableError extends ProductError {
  readonly code = 'KAFKA_UNREACHABLE';
}

/** Tries at start; each of them asks every broker several times (kafkaClient), which takes up to 10 s by itself. */
const TRIES = 4;

/**
 * Connects, and sees that the topic is there. Brokers that do not answer are tried again with backoff, for about a
 * minute in all; a refused login, a certificate that is not believed or a missing topic is an error at the first of these
 * tries.
 * @throws {KafkaUnreachableError | TopicMissingError | GroupTakenError | OldBrokerError}
 */
export async function connectToKafka(
  source: KafkaEventSource,
  brokers: readonly string[],
  log: KafkaLog,
): Promise<{ readonly clusterId: string }> {
  const startedMs = Date.now();
  try {
    return await retry(() => source.connect().catch(giveUpOnFinal), {
      retries: TRIES - 1,
      minTimeout: 500,
      onFailedAttempt: ({ error, attemptNumber }) => {
        log('Kafka does not answer', { attempt: attemptNumber, of: TRIES, error: error.message });
      },
    });
  } catch (error) {
    if (isAboutKafkaItself(error)) throw error;
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    throw new KafkaUnreachableError(
      `none of the brokers ${brokers.join(', ')} could be used in ${seconds} s: ${String(error)}; ` +
        connectionAdvice(error).text,
      { cause: error },
    );
  }
}

function giveUpOnFinal(error: unknown): never {
  const final = causesOf(error).find(isAboutKafkaItself);
  if (final !== undefined) throw new AbortError(final);
  if (error instanceof Error && connectionAdvice(error).isFinal) throw new AbortError(error);
  throw error;
}

type UnfitError = TopicMissingError | GroupTakenError | OldBrokerError;

/** Kafka answers, and is not what is needed. */
function isAboutKafkaItself(error: unknown): error is UnfitError {
  return error instanceof TopicMissingError || error instanceof GroupTakenError || error instanceof OldBrokerError;
}
