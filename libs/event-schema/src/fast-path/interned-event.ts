import { Utf8Interner } from './utf8-interner.ts';
import type { UsageEvent } from '../usage-event.ts';

/** The pools of the three texts that an event has. */
export class EventInterners {
  readonly id = new Utf8Interner();
  readonly antennaId = new Utf8Interner();
  readonly app = new Utf8Interner();

  /** @param event as `decode` makes them. */
  intern({ eventTimeMs, id, antennaId, bytes, app }: UsageEvent): InternedEvent {
    const event = new InternedEvent(this);
    event.eventTimeMs = eventTimeMs;
    event.bytes = bytes;
    event.idCode = this.id.codeOfText(id);
    event.antennaCode = this.antennaId.codeOfText(antennaId);
    event.appCode = this.app.codeOfText(app);
    return event;
  }
}

/**
 * An event whose texts are numbers in pools, so that nothing is made for it and nothing is looked up by a text. The
 * numbers mean the texts that the pools have now: they are good until the next event is put into the same pools.
 */
export class InternedEvent implements UsageEvent {
  readonly interners: EventInterners;
  eventTimeMs = 0;
  bytes = 0;
  idCode = 0;
  antennaCode = 0;
  appCode = 0;

  constructor(pools: EventInterners) {
    this.interners = pools;
  }

  get id(): string {
    return this.interners.id.texts[this.idCode] ?? '';
  }

  get antennaId(): string {
    return this.interners.antennaId.texts[this.antennaCode] ?? '';
  }

  get app(): string {
    return this.interners.app.texts[this.appCode] ?? '';
  }
}
