/**
 * The refusals of the functions of schema `pipeline`, as SQLSTATEs of a class of our own.
 * A refusal rolls the whole call back.
 */
export const SqlState = {
  /** A position is not where the caller left it, or another worker has claimed it since. */
  fenceLost: 'AU001',
  /** The worker was built for a schema version that this database does not accept. */
  schemaVersion: 'AU002',
  /** The database belongs to another topic, group, cluster or archive. */
  otherStream: 'AU003',
  /** A newer revision of the hour has been computed already. */
  newerResult: 'AU004',
  /** What an operator asks for has to wait: a chunk is being written. */
  chunkInProgress: 'AU005',
  /** What is left to do of a partition was begun by other rules of decoding. */
  decoderVersion: 'AU006',
} as const;
