import { KafkaUnreachableError } from '@antenna/event-source';
import retry, { AbortError } from 'p-retry';

/** Tries of the first contact; in each, the client asks the brokers several times by itself, for up to 10 s. */
const TRIES = 3;

/**
 * Runs what speaks to Kafka first. Brokers that do not answer are tried again for about half a minute.
 * @throws {KafkaUnreachableError} when none answered, or none let us in.
 */
export async function reachKafka<T>(brokers: readonly string[], contact: () => Promise<T>): Promise<T> {
  try {
    return await retry(() => contact().catch(giveUpOnRefusal), { retries: TRIES - 1, minTimeout: 500 });
  } catch (error) {
    throw new KafkaUnreachableError(
      `none of the brokers ${brokers.join(', ')} could be used: ${String(error)}; ` +
        'see that they run, and that KAFKA_BROKERS, KAFKA_SSL and KAFKA_SASL_* are right',
      { cause: error },
    );
  }
}

function giveUpOnRefusal(error: unknown): never {
  if (error instanceof Error && error.name === 'KafkaJSSASLAuthenticationError') throw new AbortError(error);
  throw error;
}
