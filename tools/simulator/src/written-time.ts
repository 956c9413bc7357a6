import type { Chance } from './chance.ts';

/** A time as a device writes it. Seconds hold less than the device meant, so the event's time is the one written. */
export interface WrittenTime {
  readonly timestamp: string | number;
  readonly eventTimeMs: number;
}

type Form = (timeMs: number, chance: Chance) => WrittenTime;

const OFFSET_MINUTES = [-300, -180, 60, 120, 330] as const;

/** Smaller epoch numbers are read as seconds. */
const FIRST_EPOCH_MS = 100_000_000_000;

const isoUtc: Form = (timeMs) => ({ timestamp: new Date(timeMs).toISOString(), eventTimeMs: timeMs });

const isoOffset: Form = (timeMs, chance) => {
  const minutes = chance.oneOf(OFFSET_MINUTES);
  const local = new Date(timeMs + minutes * 60_000).toISOString().replace('Z', '');
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map(twoDigits);
  return { timestamp: `${local}${minutes < 0 ? '-' : '+'}${hour}:${minute}`, eventTimeMs: timeMs };
};

const epochSeconds: Form = (timeMs) => {
  const seconds = Math.floor(timeMs / 1000);
  return { timestamp: seconds, eventTimeMs: seconds * 1000 };
};

const epochMilliseconds: Form = (timeMs) => ({ timestamp: timeMs, eventTimeMs: timeMs });

const FORMS = [isoUtc, isoOffset, epochSeconds, epochMilliseconds] as const;

/**
 * Writes a time in one of the forms that the reference names.
 * @param fromMs no event time may be earlier, not by cutting a second either.
 */
export function writeTime(timeMs: number, fromMs: number, chance: Chance): WrittenTime {
  const form = timeMs < FIRST_EPOCH_MS ? isoUtc : chance.oneOf(FORMS);
  const written = form(timeMs, chance);
  return written.eventTimeMs < fromMs ? isoUtc(timeMs, chance) : written;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
