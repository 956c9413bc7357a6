/** When events are sent, and which of them are measured. All in milliseconds since 1970. */
export interface Course {
  readonly sendFromMs: number;
  readonly sendToMs: number;
  /** [from, to) */
  readonly measured: readonly [number, number];
}

const WARM_UP_MS = 10_000;
const WINDOW_MS = 300_000;
/** How long the peer's watermark waits for what is late. */
const WATERMARK_MS = 60_000;
/** For the batch after the one that moved the watermark. */
const MARGIN_MS = 40_000;

/** Measures for a while, as soon as the rate has been steady for ten seconds. */
export function shortCourse(nowMs: number, seconds: number): Course {
  const fromMs = nowMs + WARM_UP_MS;
  const toMs = fromMs + seconds * 1000;
  return { sendFromMs: nowMs, sendToMs: toMs, measured: [fromMs, toMs] };
}

/** Measures one whole window, and goes on until its watermark has passed it. */
export function windowCourse(nowMs: number): Course {
  const fromMs = Math.ceil((nowMs + WARM_UP_MS) / WINDOW_MS) * WINDOW_MS;
  const toMs = fromMs + WINDOW_MS;
  return { sendFromMs: fromMs - WARM_UP_MS, sendToMs: toMs + WATERMARK_MS + MARGIN_MS, measured: [fromMs, toMs] };
}
