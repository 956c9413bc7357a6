export { advanceEventTime } from './event-time-progress.ts';
export { FIVE_MINUTES, hourOf, ONE_HOUR, tumblingWindow } from './tumbling-window.ts';
