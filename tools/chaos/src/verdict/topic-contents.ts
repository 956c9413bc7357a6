import type { KnownRecords } from '../feed/known-records.ts';
import type { Replays } from '../feed/replays.ts';
import type { Offsets } from '../system/topic.ts';
import type { Findings } from './findings.ts';

export interface TopicContents {
  /** What Kafka's own consumer reads. */
  readonly committed: AsyncIterable<{ readonly partition: number; readonly offset: number }>;
  readonly offsets: ReadonlyMap<number, Offsets>;
  readonly replays: Pick<Replays, 'claim'>;
}

/**
 * What is known against what Kafka's own consumer finds committed, both ways, from the oldest record on that the topic
 * still has: unless they agree, no other comparison means anything.
 */
export async function checkTopic(
  { committed, offsets, replays }: TopicContents,
  known: KnownRecords,
  findings: Findings,
) {
  const seen = Array.from({ length: known.partitions }, (_, partition) => new Uint8Array(known.end(partition)));
  for await (const { partition, offset } of committed) {
    const isKnown = known.factAt(partition, offset) !== undefined || replays.claim(partition, offset);
    if (!isKnown) findings.add('committed record that nobody knows', `${partition}/${offset}`);
    else if (seen[partition] !== undefined) seen[partition][offset] = 1;
  }
  for (const [partition, bits] of seen.entries()) {
    for (let offset = offsets.get(partition)?.low ?? 0; offset < bits.length; offset += 1) {
      if (bits[offset] === 1 || known.factAt(partition, offset) === undefined) continue;
      findings.add('known record that is not committed', `${partition}/${offset}`);
    }
  }
}
