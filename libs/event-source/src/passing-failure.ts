import { isNetworkFailure, ProductError } from '@antenna/cli';
import { causesOf, connectionAdvice } from './connection-advice.ts';
import { TokenUnavailableError } from './login/bearer-token.ts';

/**
 * Whether a request to Kafka failed for a reason that passes by itself: brokers that are away, a partition that is given
 * another leader. The client calls most of its errors retriable or not, but calls the last one of a request that it has
 * tried several times final: there the reason decides. A certificate or a login that is refused is final.
 */
export function isPassingKafkaFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const known = causesOf(error).find((cause) => cause instanceof ProductError);
  if (known !== undefined) return known instanceof TokenUnavailableError;
  if (connectionAdvice(error).isFinal) return false;
  if (error.name === 'KafkaJSNumberOfRetriesExceeded') return true;
  return ('retriable' in error && error.retriable === true) || isNetworkFailure(error);
}
