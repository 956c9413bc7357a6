import { ProductError } from '@antenna/cli';
import { causesOf } from './connection-advice.ts';

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
