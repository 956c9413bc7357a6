import type { KnownRecords } from '../feed/known-records.ts';
import type { Offsets } from '../system/topic.ts';
import type { Findings } from './findings.ts';

/**
 * What is known against what Kafka's own consumer finds committed, both ways, from the oldest record on that the topic
 * still has: unless they agree, no other comparison means anything.
 */
export async function checkTopic(
  committed: AsyncIterable<{ readonly partition: number; readonly offset: number }>,
  offsets: ReadonlyMap<number, Offsets>,
  known: KnownRecords,
  findings: Findings,
): Promise<void> {
  const seen = Array.from({ length: known.partitions }, (_, partition) => new Uint8Array(known.end(partition)));
  for await (const { partition, offset } of committed) {
    const place = `${partition}/${offset}`;
    if (known.factAt(partition, offset) === undefined) findings.add('committed record that nobody knows', place);
    else if (seen[partition] !== undefined) seen[partition][offset] = 1;
  }
  for (const [partition, bits] of seen.entries()) {
    for (let offset = offsets.get(partition)?.low ?? 0; offset < bits.length; offset += 1) {
      if (bits[offset] === 1 || known.factAt(partition, offset) === undefined) continue;
      findings.add('known record that is not committed', `${partition}/${offset}`);
    }
  }
}
