import { isNetworkFailure, ProductError, tlsFailureOf } from '@antenna/cli';
import { TokenUnavailableError } from './login/bearer-token.ts';

/** What the operator can do about a failed connection to Kafka. */
export interface ConnectionAdvice {
  /** Follows a «;» in an error message. Names the settings concerned. */
  readonly text: string;
  /** True when another attempt can only fail the same way. */
  readonly isFinal: boolean;
}

const TLS_ADVICE = {
  untrusted: 'set KAFKA_SSL_CA_FILE to the certificates of the authority that signed those of the brokers',
  expired: "the broker's certificate is not valid now: renew it, and see that the clocks are right",
  'other-host': 'name the brokers in KAFKA_BROKERS, and let them advertise themselves, as their certificates do',
} as const;

/** TLS alerts (RFC 8446, 6.2) by which a server rejects the client's certificate or its absence. */
const CLIENT_CERTIFICATE =
  /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE)$/;

/** @param error of the Kafka client; its causes are searched from the outermost to the innermost. */
export function connectionAdvice(error: unknown): ConnectionAdvice {
  return (
    causesOf(error)
      .map(adviceOn)
      .find((advice) => advice !== undefined) ?? general
  );
}

const general: ConnectionAdvice = {
  text: 'see that they run, and that KAFKA_BROKERS, KAFKA_SSL* and KAFKA_SASL_* are right',
  isFinal: false,
};

function adviceOn(error: Error): ConnectionAdvice | undefined {
  const code = 'code' in error ? error.code : undefined;
  const tls = tlsFailureOf(code);
  if (tls !== undefined) return { text: TLS_ADVICE[tls], isFinal: true };
  if (typeof code === 'string' && CLIENT_CERTIFICATE.test(code)) {
    return {
      text: 'the broker does not accept this client by its certificate: see KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE',
      isFinal: true,
    };
  }
  if (error.name === 'KafkaJSSASLAuthenticationError' && error.message.includes('OAUTHBEARER')) {
    return {
      text:
        'the broker does not accept the token: see KAFKA_OAUTH_SCOPE and KAFKA_OAUTH_AUDIENCE, and which issuer, ' +
        'audience and keys the broker expects',
      isFinal: true,
    };
  }
  if (error.name === 'KafkaJSSASLAuthenticationError') {
    return { text: 'see KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE', isFinal: true };
  }
  if ('type' in error && error.type === 'UNSUPPORTED_SASL_MECHANISM') {
    return { text: 'see KAFKA_SASL_MECHANISM', isFinal: true };
  }
  // A broker also causes the following errors while it stops or starts, so none of them is final.
  if (error.name === 'KafkaJSConnectionClosedError') {
    return {
      text: 'a broker that runs and hangs up without an answer wants TLS or a login: see KAFKA_SSL and KAFKA_SASL_*',
      isFinal: false,
    };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || error.message.includes('before secure TLS connection')) {
    return {
      text: 'a running broker that does not continue with TLS has no TLS at this port: see KAFKA_SSL',
      isFinal: false,
    };
  }
  return undefined;
}

/** The error and its causes, from the outermost (the client's retries) to the innermost (the original failure). */
export function causesOf(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}

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

/** The client has left its group for good, for example because no broker named the group's coordinator in time. */
export class ConsumerEndedError extends ProductError {
  readonly code = 'KAFKA_CONSUMER_ENDED';

  constructor(cause: Error) {
    super(
      `the consumer has ended and does not restart by itself: ${cause.message}; ${connectionAdvice(cause).text}; ` +
        `then start the worker again: it resumes at its stored positions`,
      { cause },
    );
  }
}

/** An operation on a resource, named as in Kafka's own tools. */
export interface Right {
  readonly operation: 'Read' | 'Write' | 'Describe' | 'Delete';
  readonly kind: 'topic' | 'group';
  readonly name: string;
}

/** The login lacks a right that the product needs. */
export class NotAuthorizedError extends ProductError {
  readonly code = 'KAFKA_NOT_AUTHORIZED';
  /** The Kafka client retries errors that do not have `retriable: false`. */
  readonly retriable = false;

  constructor({ operation, kind, name }: Right, options?: ErrorOptions) {
    super(
      `Kafka does not let this login use ${kind} ${name}: it lacks the right ${operation}; give it that right, as ` +
        `kafka-acls.sh does with --add --allow-principal User:… --operation ${operation} --${kind} ${name}`,
      options,
    );
  }
}

/** Error types that brokers return for a missing right, with the kind of resource. */
const KINDS: Readonly<Record<string, Right['kind']>> = {
  TOPIC_AUTHORIZATION_FAILED: 'topic',
  GROUP_AUTHORIZATION_FAILED: 'group',
};

/**
 * @param error of the Kafka client; its causes are searched too.
 * @param needed the rights that the failed request needs, at most one for each kind of resource.
 * @returns undefined when no broker refused one of these rights.
 */
export function missingRight(error: unknown, needed: readonly Right[]): NotAuthorizedError | undefined {
  const causes = causesOf(error);
  const known = causes.find((cause) => cause instanceof NotAuthorizedError);
  if (known !== undefined) return known;
  const kinds = causes.flatMap((cause) => ('type' in cause ? (KINDS[String(cause.type)] ?? []) : []));
  const right = needed.find(({ kind }) => kinds.includes(kind));
  return right === undefined ? undefined : new NotAuthorizedError(right, { cause: error });
}
