import { isNetworkFailure } from '@antenna/cli';
import { DatabaseUnavailableError } from './errors.ts';
import { isReplacedSchema, sqlStateOf } from './domain-error.ts';

/**
 * SQLSTATEs of transient failures (PostgreSQL, appendix A).
 * - 08: a connection that broke or could not be opened; poolers use it for every temporary failure
 * - 53: too many connections, a full disk, no memory
 * - 57: a server that stops, starts or recovers; a statement that was cancelled after its timeout, for example while it
 * waited for a lock
 * - 25006: a read-only server: during a failover, the old primary or a standby
 * - 25P03, 25P04: a transaction that took too long
 * - 40: serialization failures and deadlocks between transactions
 * - 55P03: a lock that was not available in time
 *
 * 23514 is transient where a month's partition was attached after the statement had chosen the default partition
 * (docs/decisions/0019-partitions.md); otherwise it is a row that violates a check.
 */
const PASSING = /^(08...|53...|57...|25006|25P03|25P04|40001|40003|40P01|55P03)$/;

/**
 * Whether the failure of a call is transient, so that the same call may be retried. The failed call may still have
 * taken effect, so only fenced or idempotent calls are retried. Failures that are not listed here are final.
 */
export function isPassingFailure(error: unknown): boolean {
  if (isNetworkFailure(error) || error instanceof DatabaseUnavailableError) return true;
  const state = sqlStateOf(error);
  if (state !== undefined) return PASSING.test(state) || isMisplaced(state, error) || isReplacedSchema(error);
  return error instanceof Error && !('code' in error) && LOST.test(error.message);
}

function isMisplaced(state: string, error: unknown): boolean {
  return state === '23514' && error instanceof Error && error.message.includes('partition constraint');
}

/**
 * Turns a transient failure that is not retried any more into an error with advice; returns any other error unchanged.
 */
export function toUnavailable(error: unknown): unknown {
  if (error instanceof DatabaseUnavailableError || !isPassingFailure(error)) return error;
  return new DatabaseUnavailableError(error, sqlStateOf(error) === READ_ONLY);
}

/** SQLSTATE of a lock that was not free within lock_timeout. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** SQLSTATE of a read-only server. The address may lead to a writable one by now, so the pool drops its connections. */
export const READ_ONLY = '25006';

/** The driver and the pool report a lost, refused or timed-out connection by message only. */
const LOST =
  /connection terminated|connection ended|client was closed|timeout|timed out|client has encountered a connection error/i;
