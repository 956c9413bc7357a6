import { numberText } from '@antenna/cli';
import type { RejectionReason } from '@antenna/event-schema';
import type { SimulatedRecord } from './simulate.ts';

/** Counts what was sent. */
export class Tally {
  events = 0;
  eventBytes = 0n;
  readonly malformed = new Map<RejectionReason, number>();

  add({ fact }: SimulatedRecord): void {
    if (typeof fact === 'string') {
      this.malformed.set(fact, (this.malformed.get(fact) ?? 0) + 1);
    } else {
      this.events++;
      this.eventBytes += BigInt(fact.bytes);
    }
  }

  get records(): number {
    return this.events + this.#malformedRecords();
  }

  /** `99,000 events of 49,512,345 bytes, 1,000 malformed (13 reasons)` */
  toString(): string {
    const malformed = this.#malformedRecords();
    const reasons = malformed === 0 ? '' : ` (${this.malformed.size} reasons)`;
    return `${numberText(this.events)} events of ${numberText(this.eventBytes)} bytes, ${numberText(malformed)} malformed${reasons}`;
  }

  #malformedRecords(): number {
    return Array.from(this.malformed.values()).reduce((sum, count) => sum + count, 0);
  }
}
