import { TextPool } from './text-pool.ts';
import type { UsageEvent } from './usage-event.ts';

/** The pools of the three texts that an event has. */
export class EventPools {
  readonly id = new TextPool();
  readonly antennaId = new TextPool();
  readonly app = new TextPool();

  /** @param event as `decode` makes them. */
  pooled({ eventTimeMs, id, antennaId, bytes, app }: UsageEvent): PooledEvent {
    const event = new PooledEvent(this);
    event.eventTimeMs = eventTimeMs;
    event.bytes = bytes;
    event.idNumber = this.id.numberOfText(id);
    event.antennaNumber = this.antennaId.numberOfText(antennaId);
    event.appNumber = this.app.numberOfText(app);
    return event;
  }
}

/**
 * An event whose texts are numbers in pools, so that nothing is made for it and nothing is looked up by a text. The
 * numbers mean the texts that the pools have now: they are good until the next event is put into the same pools.
 */
export class PooledEvent implements UsageEvent {
  readonly pools: EventPools;
  eventTimeMs = 0;
  bytes = 0;
  idNumber = 0;
  antennaNumber = 0;
  appNumber = 0;

  constructor(pools: EventPools) {
    this.pools = pools;
  }

  get id(): string {
    return this.pools.id.texts[this.idNumber] ?? '';
  }

  get antennaId(): string {
    return this.pools.antennaId.texts[this.antennaNumber] ?? '';
  }

  get app(): string {
    return this.pools.app.texts[this.appNumber] ?? '';
  }
}
