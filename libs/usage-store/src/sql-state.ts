/**
 * The refusals of the functions of schema `pipeline`, as SQLSTATEs of a class of our own.
 * A refusal rolls the whole call back.
 */
export const SqlState = {
  /** A position is not where the caller left it, or another worker has claimed it since. */
  fenceLost: 'AU001',
  /** The worker was built for a schema version that this database does not accept. */
  schemaVersion: 'AU002',
  /** The database belongs to another group, cluster or archive. */
  otherStream: 'AU003',
  /** A newer revision of the hour has been computed already. */
  newerResult: 'AU004',
} as const;
