/** The partition of a key: all records of a user go to one, as with any of Kafka's partitioners. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0;
  for (let index = 0; index < key.length; index++) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
  return (hash >>> 0) % partitions;
}
