import { ProductError } from '@antenna/cli';
import retry, { AbortError } from 'p-retry';
import { causesOf, connectionAdvice } from './connection-advice.ts';
import type { KafkaLog } from './kafka-client.ts';
import { TokenUnavailableError } from './login/bearer-token.ts';

/** No broker answered, or none accepted this client. */
export class KafkaUnreachableError extends ProductError {
  readonly code = 'KAFKA_UNREACHABLE';
}

/** A Kafka client that can connect, and disconnect after a failure. */
interface Connectable<Connected> {
  connect(): Promise<Connected>;
  disconnect(): Promise<unknown>;
}

/** Connection attempts at start. In each, the client asks every broker several times (kafkaClient), for up to 10 s. */
const TRIES = 4;

/**
 * Connects a client and runs the checks of its `connect`, such as that the topic exists. Brokers that do not answer are
 * tried again with backoff, for about a minute in all. A refused login, an untrusted certificate, a missing topic or a
 * missing right fails at the first attempt. After an error the client is disconnected.
 * @throws {KafkaUnreachableError} or the product's own error when Kafka answers but does not meet a requirement.
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

/** The product's own error among the causes: Kafka answered but lacks a requirement, or no token is available. */
function knownErrorIn(error: unknown): ProductError | undefined {
  return causesOf(error).find((cause) => cause instanceof ProductError);
}

/** Messages of OpenSSL end with a line break. */
function oneLine(error: unknown): string {
  return String(error)
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
}
