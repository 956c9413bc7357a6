import { isNetworkFailure } from '@antenna/cli';
import { DatabaseUnavailableError } from './errors.ts';
import { sqlStateOf } from './domain-error.ts';

/**
 * SQLSTATEs that a later try may not meet (PostgreSQL, appendix A).
 * - 08: a connection that broke or could not be made; poolers say so of everything that they cannot do now
 * - 53: too many connections, a full disk, no memory
 * - 57: a server that ends, starts or recovers; a statement that took too long, as one that waits for a lock does
 * - 25006: a server that is read-only, as the old primary or a standby is in a failover
 * - 25P03, 25P04: a transaction that took too long
 * - 40: transactions that got in each other's way
 * - 55P03: a lock that was not to be had in time
 */
const PASSING = /^(08...|53...|57...|25006|25P03|25P04|40001|40003|40P01|55P03)$/;

/**
 * Whether a call failed for a reason that passes by itself, so that the same call may be made again. Its effect may
 * have happened all the same: only calls that are fenced or idempotent are repeated. What is not known to pass is final.
 */
export function isPassingFailure(error: unknown): boolean {
  if (isNetworkFailure(error) || error instanceof DatabaseUnavailableError) return true;
  const state = sqlStateOf(error);
  if (state !== undefined) return PASSING.test(state);
  return error instanceof Error && !('code' in error) && LOST.test(error.message);
}

/** What a command ends with that does not wait for a passing failure, or has waited for too long. Others stay as they are. */
export function toUnavailable(error: unknown): unknown {
  if (error instanceof DatabaseUnavailableError || !isPassingFailure(error)) return error;
  return new DatabaseUnavailableError(error, sqlStateOf(error) === READ_ONLY);
}

/** SQLSTATE of a server that cannot write, though others may: connections to it are not used any more. */
export const READ_ONLY = '25006';

/** The driver and the pool report a lost, refused or timed-out connection by message only. */
const LOST =
  /connection terminated|connection ended|client was closed|timeout|timed out|client has encountered a connection error/i;
