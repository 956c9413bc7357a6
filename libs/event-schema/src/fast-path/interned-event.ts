import { BOUNDS_OF_USERS, Utf8Interner } from './utf8-interner.ts';
import type { UsageEvent } from '../decoded.ts';

/** The interners of an event's three texts. */
export class EventInterners {
  readonly id = new Utf8Interner(BOUNDS_OF_USERS);
  readonly antennaId = new Utf8Interner();
  readonly app = new Utf8Interner();

  /** Lets each interner that is nearly full start over. */
  renew(): void {
    for (const interner of [this.id, this.antennaId, this.app]) interner.renew();
  }

  /** @param event a valid event, as `decode` returns it. */
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
 * An event whose texts are codes of interners, so that no string is created for it and no map is searched by text. The
 * codes are valid until the next event is interned, since a full interner starts over.
 */
export class InternedEvent implements UsageEvent {
  readonly interners: EventInterners;
  eventTimeMs = 0;
  bytes = 0;
  idCode = 0;
  antennaCode = 0;
  appCode = 0;

  constructor(interners: EventInterners) {
    this.interners = interners;
  }

  get id(): string {
    return this.interners.id.texts.textAt(this.idCode);
  }

  get antennaId(): string {
    return this.interners.antennaId.texts.textAt(this.antennaCode);
  }

  get app(): string {
    return this.interners.app.texts.textAt(this.appCode);
  }
}
