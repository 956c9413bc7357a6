/**
 * Adjacent windows of one size, aligned to 1970-01-01T00:00:00Z. Each is half-open, [start, start + size): an instant
 * belongs to exactly one window.
 */
export interface TumblingWindow {
  readonly sizeMs: number;
  /** Start of the window that holds the instant; both in milliseconds since 1970, negative before it. */
  startOf(timeMs: number): number;
}

/**
 * @param sizeMs a positive safe integer.
 * @throws {RangeError} for any other size.
 */
export function tumblingWindow(sizeMs: number): TumblingWindow {
  if (!Number.isSafeInteger(sizeMs) || sizeMs <= 0) {
    throw new RangeError(`sizeMs is ${sizeMs}: a window's size is a positive integer of milliseconds`);
  }
  return {
    sizeMs,
    // The remainder is exact; a division would round.
    startOf: (timeMs) => {
      const sinceStart = timeMs % sizeMs;
      return timeMs - (sinceStart < 0 ? sinceStart + sizeMs : sinceStart);
    },
  };
}

export const FIVE_MINUTES = tumblingWindow(300_000);

export const ONE_HOUR = tumblingWindow(3_600_000);

/** Start of the hour (UTC) that holds the instant; both in milliseconds since 1970. */
export function hourOf(timeMs: number): number {
  return ONE_HOUR.startOf(timeMs);
}
