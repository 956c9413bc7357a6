export { advanceEventTime, LATENESS_BOUNDS_MS, latenessBucketOf } from './event-time.ts';
export { FIVE_MINUTES, hourOf, ONE_HOUR, tumblingWindow } from './tumbling-window.ts';
