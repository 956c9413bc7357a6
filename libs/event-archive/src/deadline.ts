/**
 * Rejects an operation that takes longer than `ms`. The operation itself goes on unless it observes the signal.
 * @throws {DOMException} TimeoutError.
 */
export async function withDeadline<T>(ms: number, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const overdue = new AbortController();
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const reason = new DOMException(`no answer within ${ms / 1000} s`, 'TimeoutError');
    overdue.abort(reason);
    expired.reject(reason);
  }, ms);
  try {
    return await Promise.race([operation(overdue.signal), expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}
