/*
 * Errors of worker threads and HTTP libraries arrive without their classes or as bare objects, so their facts are read
 * from fields.
 */

export function messageOf(error: unknown): string {
  const message = fieldOf(error, 'message');
  return typeof message === 'string' && message !== '' ? message : String(error);
}

/** The error code, such as `ENOENT` or `ERR_WORKER_OUT_OF_MEMORY`. */
export function codeOf(error: unknown): string | undefined {
  const code = fieldOf(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The value as an Error, so that it can be thrown. */
export function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  const fields = typeof error === 'object' && error !== null ? error : {};
  return Object.assign(new Error(messageOf(error), { cause: error }), fields);
}
