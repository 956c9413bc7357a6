/**
 * The SQLSTATEs with which functions of schema `pipeline` refuse a call, in the user-defined class AU. A refusal rolls
 * the whole call back.
 */
export const SqlState = {
  /** A position was moved, or claimed by another worker, since the caller's last call. */
  fenceLost: 'AU001',
  /** The worker was built for a schema version that this database does not accept. */
  schemaVersion: 'AU002',
  /** The database belongs to another topic, group, cluster or archive. */
  otherStream: 'AU003',
  /** A newer revision of the hour has been computed already. */
  newerResult: 'AU004',
  /** The operator's command must wait, since a chunk is being written. */
  chunkInProgress: 'AU005',
  /** Another decoder version left one sink of a partition behind the other, or a chunk half written. */
  decoderVersion: 'AU006',
} as const;
