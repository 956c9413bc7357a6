import { sqlStateOf } from './refusal.ts';

/**
 * Classes and states that a later try may not meet: connection exceptions, insufficient resources, operator
 * intervention (a restart), serialization failure, deadlock, lock not available (PostgreSQL, appendix A).
 */
const PASSING = /^(08|53|57)|^(40001|40P01|55P03)$/;

/**
 * Whether a call failed for a reason that passes by itself, so that the same call may be made again. Its effect may
 * have happened all the same: only calls that are fenced or idempotent are repeated.
 */
export function isPassingFailure(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== undefined && !isNetworkCode(state)) return PASSING.test(state);
  return error instanceof Error && (isNetworkError(error) || LOST.test(error.message));
}

/** The driver and the pool report a lost, refused or timed-out connection by message only. */
const LOST = /connection terminated|connection ended|timeout|timed out|Client has encountered a connection error/i;

function isNetworkError(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && isNetworkCode(error.code);
}

/** Node's system errors, of which some (EPIPE) have the five characters of a SQLSTATE. */
function isNetworkCode(code: string): boolean {
  return /^(E[A-Z]+)$/.test(code);
}
