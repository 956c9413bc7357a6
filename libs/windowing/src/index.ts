export { advanceEventTime } from './event-time-progress.ts';
export { LATENESS_BOUNDS_MS, latenessBucketOf } from './lateness.ts';
export { FIVE_MINUTES, hourOf, ONE_HOUR, tumblingWindow } from './tumbling-window.ts';
