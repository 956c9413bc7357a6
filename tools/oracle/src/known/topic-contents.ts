import type { RecordPosition } from '../records-of-ranges.ts';
import type { Findings } from './findings.ts';
import type { KnownRecords } from './known-records.ts';
import type { Replays } from './replays.ts';

export interface TopicContents {
  /** What Kafka's own consumer reads. */
  readonly committed: AsyncIterable<RecordPosition>;
  /** The oldest offset of each partition that can still be read. */
  readonly firstOffsets: ReadonlyMap<number, number>;
  readonly replays: Pick<Replays, 'claim'>;
}

/**
 * What is known against what Kafka's own consumer finds committed, both ways, from the oldest record on that the topic
 * still has: unless they agree, no other comparison means anything.
 */
export async function checkTopic(
  { committed, firstOffsets, replays }: TopicContents,
  known: KnownRecords,
  findings: Findings,
): Promise<void> {
  const seen = Array.from({ length: known.partitions }, (_, partition) => new Uint8Array(known.end(partition)));
  for await (const { partition, offset } of committed) {
    const isKnown = known.factAt(partition, offset) !== undefined || replays.claim(partition, offset);
    if (!isKnown) findings.add('committed record that is not known', `${partition}/${offset}`);
    else if (seen[partition] !== undefined) seen[partition][offset] = 1;
  }
  for (const [partition, bits] of seen.entries()) {
    for (let offset = firstOffsets.get(partition) ?? 0; offset < bits.length; offset += 1) {
      if (bits[offset] === 1 || known.factAt(partition, offset) === undefined) continue;
      findings.add('known record that is not committed', `${partition}/${offset}`);
    }
  }
}
