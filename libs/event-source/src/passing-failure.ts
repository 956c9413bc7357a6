import { isNetworkFailure, ProductError } from '@antenna/cli';
import { causesOf, connectionAdvice } from './connection-advice.ts';
import { TokenUnavailableError } from './login/bearer-token.ts';

/**
 * Whether a request to Kafka failed for a reason that passes by itself, such as a missing broker or a change of leader.
 * The client marks most errors as retriable or not. It marks the error of exhausted retries as final; there the cause
 * decides. A rejected certificate or login is final.
 */
export function isPassingKafkaFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const known = causesOf(error).find((cause) => cause instanceof ProductError);
  if (known !== undefined) return known instanceof TokenUnavailableError;
  if (connectionAdvice(error).isFinal) return false;
  if (error.name === 'KafkaJSNumberOfRetriesExceeded') return true;
  return ('retriable' in error && error.retriable === true) || isNetworkFailure(error);
}
