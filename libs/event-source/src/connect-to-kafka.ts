import { ProductError } from '@antenna/cli';
import retry, { AbortError } from 'p-retry';
import { causesOf, connectionAdvice } from './connection-advice.ts';
import type { KafkaLog } from './kafka-client.ts';
import { TokenUnavailableError } from './login/bearer-token.ts';

/** No broker answered, or none let us in. */
export class KafkaUnreachableError extends ProductError {
  readonly code = 'KAFKA_UNREACHABLE';
}

/** What is connected to Kafka, and disconnected after a failure. */
interface Connectable<Connected> {
  connect(): Promise<Connected>;
  disconnect(): Promise<unknown>;
}

/** Tries at start; each of them asks every broker several times (kafkaClient), which takes up to 10 s by itself. */
const TRIES = 4;

/**
 * Connects, and sees what the source sees of itself: that the topic is there, say. Brokers that do not answer are tried again with backoff, for about a
 * minute in all; a refused login, a certificate that is not believed, a missing topic or right is an error at the first of
 * these tries. After an error nothing is connected any more.
 * @throws {KafkaUnreachableError} or the error of the product that says why Kafka, which answers, is not what is needed.
 */
export async function connectToKafka<Connected>(
  source: Connectable<Connected>,
  brokers: readonly string[],
  log: KafkaLog,
): Promise<Connected> {
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
    // Connections that stay open would keep the process for seconds after its error.
    await source.disconnect().catch(() => undefined);
    const known = knownErrorIn(error);
    if (known !== undefined) throw known;
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    throw new KafkaUnreachableError(
      `none of the brokers ${brokers.join(', ')} could be used in ${seconds} s: ${oneLine(error)}; ` +
        connectionAdvice(error).text,
      { cause: error },
    );
  }
}

function giveUpOnFinal(error: unknown): never {
  const known = knownErrorIn(error);
  if (known !== undefined && !(known instanceof TokenUnavailableError)) throw new AbortError(known);
  if (error instanceof Error && connectionAdvice(error).isFinal) throw new AbortError(error);
  throw error;
}

/** Kafka answers, and is not what is needed; or there is no token to show to it. */
function knownErrorIn(error: unknown): ProductError | undefined {
  return causesOf(error).find((cause) => cause instanceof ProductError);
}

/** OpenSSL ends its messages with a line end. */
function oneLine(error: unknown): string {
  return String(error)
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
}
