import pRetry from 'p-retry';
import { toDomainError, sqlStateOf } from '../domain-error.ts';

/**
 * Roles belong to the server: a provisioner of another of its databases may make the same one, or change it, at the same
 * moment. duplicate_object, duplicate_database, unique_violation, «tuple concurrently updated»: the next try finds it there.
 */
const CHANGED_BY_ANOTHER = new Set(['42710', '42P04', '23505', 'XX000']);

/**
 * Repeats an operation on roles that another provisioner has disturbed.
 * @param operation looks at what there is each time.
 * @throws its refusal as an error of the core (domain-error.ts).
 */
export async function despiteOtherProvisioners(operation: () => Promise<void>): Promise<void> {
  try {
    await pRetry(operation, {
      retries: 10,
      minTimeout: 20,
      maxTimeout: 200,
      shouldRetry: ({ error }) => CHANGED_BY_ANOTHER.has(sqlStateOf(error) ?? ''),
    });
  } catch (error) {
    throw toDomainError(error);
  }
}
