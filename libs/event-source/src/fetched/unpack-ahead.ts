import { MAX_BATCH_BYTES } from '@antenna/event-schema';
import { type BatchStep, type Undecodable, undecodable, unpackedBatch } from './batch-steps.ts';
import type { PackedBatch, UnpackedBatch } from './packed-batch.ts';
import { recordsFault } from './stored-records.ts';
import { TooLargeError, unpack } from './unpack.ts';

/** The result of unpacking a batch. */
export type Unpacked = Undecodable | { readonly kind: 'unpacked'; readonly batch: UnpackedBatch };

export type UnpackedStep =
  | Unpacked
  | Exclude<BatchStep, { readonly kind: 'packed' | 'hidden' }>
  /** The unpacked size is so large that only one such batch may be in memory at a time. */
  | { readonly kind: 'large'; readonly batch: PackedBatch };

/**
 * Bounds of what other threads unpack ahead: at least this many batches, and more small ones up to this packed size.
 * While the JavaScript thread reads the records of one batch, the next ones are unpacked.
 */
const BATCHES_AHEAD = 4;
const PACKED_BYTES_AHEAD = 2 ** 16;

/** A batch counts as large when it unpacks to more than this multiple of its packed size, within these limits. */
const USUAL_RATIO = 128;
const [LEAST_USUAL_BYTES, GREATEST_USUAL_BYTES] = [2 ** 18, 2 ** 22];

/** Unpacks the batches of these steps in order, a few batches ahead of the consumer, never the whole fetch. */
export async function* unpackAhead(steps: Iterator<BatchStep>): AsyncGenerator<UnpackedStep> {
  const ahead = new StepsAhead(steps);
  for (let step = ahead.next(); step !== undefined; step = ahead.next()) {
    yield 'kind' in step ? step : await step;
  }
}

interface StepAhead {
  readonly step: UnpackedStep | Promise<UnpackedStep>;
  readonly packedBytes: number;
}

class StepsAhead {
  readonly #steps: Iterator<BatchStep>;
  readonly #ahead: StepAhead[] = [];
  #packedBytes = 0;

  constructor(steps: Iterator<BatchStep>) {
    this.#steps = steps;
  }

  next(): UnpackedStep | Promise<UnpackedStep> | undefined {
    while (this.#ahead.length < BATCHES_AHEAD || this.#packedBytes < PACKED_BYTES_AHEAD) {
      const next = this.#steps.next();
      if (next.done === true) break;
      this.#begin(next.value);
    }
    const first = this.#ahead.shift();
    this.#packedBytes -= first?.packedBytes ?? 0;
    return first?.step;
  }

  #begin(step: BatchStep): void {
    const packedBytes = step.kind === 'packed' ? step.batch.packed.length : 0;
    this.#packedBytes += packedBytes;
    this.#ahead.push({ step: unpackedStep(step), packedBytes });
  }
}

/** Never throws or rejects. */
function unpackedStep(step: BatchStep): UnpackedStep | Promise<UnpackedStep> {
  if (step.kind === 'hidden') return { kind: 'unpacked', batch: step.batch };
  if (step.kind !== 'packed') return step;
  const { packed } = step.batch;
  const usualBytes = Math.min(Math.max(packed.length * USUAL_RATIO, LEAST_USUAL_BYTES), GREATEST_USUAL_BYTES);
  return unpackUpTo(step.batch, usualBytes, () => ({ kind: 'large', batch: step.batch }));
}

/** Never throws or rejects. */
export function unpackLarge(batch: PackedBatch): Unpacked | Promise<Unpacked> {
  return unpackUpTo(batch, MAX_BATCH_BYTES, () =>
    undecodable(batch, 'oversized_batch', `the batch unpacks to more than ${MAX_BATCH_BYTES} bytes`),
  );
}

function unpackUpTo<T>(batch: PackedBatch, maxBytes: number, tooLarge: () => T): Unpacked | T | Promise<Unpacked | T> {
  const { recordCount, codec } = batch.head;
  const failed = (error: unknown) => (error instanceof TooLargeError ? tooLarge() : cannotUnpack(batch, error));
  const done = (records: Buffer) => readable(batch, records);
  try {
    // Compaction keeps the heads of batches whose records are all removed.
    const unpacked = recordCount === 0 ? Buffer.alloc(0) : unpack(batch.packed, codec, maxBytes);
    return Buffer.isBuffer(unpacked) ? done(unpacked) : unpacked.then(done, failed);
  } catch (error) {
    return failed(error);
  }
}

function readable(batch: PackedBatch, records: Buffer): Unpacked {
  const unpacked = unpackedBatch(batch, records);
  const fault = recordsFault(unpacked);
  return fault === undefined
    ? { kind: 'unpacked', batch: unpacked }
    : undecodable(batch, 'undecodable_batch', `the batch cannot be read: ${fault}`);
}

function cannotUnpack(batch: PackedBatch, cause: unknown): Undecodable {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return undecodable(batch, 'undecodable_batch', `the batch cannot be unpacked: ${detail}`);
}
