import { ProductError } from '@antenna/cli';
import { causesOf } from './connection-advice.ts';

/** What a right is about, and which one it is, as Kafka's own tools name them. */
export interface Right {
  readonly operation: 'Read' | 'Write' | 'Describe' | 'Delete';
  readonly kind: 'topic' | 'group';
  readonly name: string;
}

/** The login may not do what it has to. */
export class NotAuthorizedError extends ProductError {
  readonly code = 'KAFKA_NOT_AUTHORIZED';
  /** For the Kafka client, which tries again what does not say so. */
  readonly retriable = false;

  constructor({ operation, kind, name }: Right, options?: ErrorOptions) {
    super(
      `Kafka does not let this login use ${kind} ${name}: it lacks the right ${operation}; give it that right, as ` +
        `kafka-acls.sh does with --add --allow-principal User:… --operation ${operation} --${kind} ${name}`,
      options,
    );
  }
}

/** What brokers answer when a right is missing, and what it is about. */
const KINDS: Readonly<Record<string, Right['kind']>> = {
  TOPIC_AUTHORIZATION_FAILED: 'topic',
  GROUP_AUTHORIZATION_FAILED: 'group',
};

/**
 * @param error of the client: from the outside of its retries to what a broker answered.
 * @param needed the rights that the failed request needs, at most one of a kind.
 * @returns undefined when no broker has refused one of these rights.
 */
export function missingRight(error: unknown, needed: readonly Right[]): NotAuthorizedError | undefined {
  const causes = causesOf(error);
  const known = causes.find((cause) => cause instanceof NotAuthorizedError);
  if (known !== undefined) return known;
  const kinds = causes.flatMap((cause) => ('type' in cause ? (KINDS[String(cause.type)] ?? []) : []));
  const right = needed.find(({ kind }) => kinds.includes(kind));
  return right === undefined ? undefined : new NotAuthorizedError(right, { cause: error });
}
