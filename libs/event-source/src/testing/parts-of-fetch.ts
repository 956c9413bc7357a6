import type { RecordBatch } from '@antenna/ingestion';
import type { Batch } from 'kafkajs';
import { fetchedBatch } from '../fetched/fetched-batch.ts';
import { fetchedParts, type PartsContext } from '../fetched/fetched-parts.ts';
import { Suspicions } from '../fetched/suspicions.ts';
import { Turns } from '../fetched/turns.ts';

/** The parts that a receiver gets of a kafkajs batch when it accepts all of them. */
export async function partsOfFetch(batch: Batch, context: Partial<PartsContext> = {}): Promise<readonly RecordBatch[]> {
  const { set, place } = fetchedBatch(batch);
  const all = { suspicions: new Suspicions(), largeBatches: new Turns(), damaged: () => undefined, ...context };
  const parts: RecordBatch[] = [];
  for await (const part of fetchedParts(set, place, all)) parts.push(part);
  return parts;
}
