import { idOfAntenna, ANTENNAS, APPS } from '../hour/hour-truth.ts';
import type { SubscriberEvent } from './subscriber-events.ts';
import type { SubscriberIds } from './subscriber-ids.ts';

export const antennaIds: readonly string[] = Array.from({ length: ANTENNAS }, (_, antenna) => idOfAntenna(antenna));

const LINES_PER_PART = 5_000;

/** The events as Kafka's console producer reads them: a line each, key and value with a tab between them. */
export function* linesOf(events: Iterable<SubscriberEvent>, ids: SubscriberIds): Generator<Buffer, void, undefined> {
  let lines: string[] = [];
  for (const event of events) {
    if (lines.push(lineOf(event, ids)) < LINES_PER_PART) continue;
    yield Buffer.from(lines.join(''), 'latin1');
    lines = [];
  }
  yield Buffer.from(lines.join(''), 'latin1');
}

/** As the original's devices write it, like the records of the other topics. */
function lineOf({ eventTimeMs, user, antenna, app, bytes }: SubscriberEvent, ids: SubscriberIds): string {
  const id = ids.of(user);
  const [antennaId, appName] = [antennaIds[antenna] ?? '', APPS[app] ?? ''];
  return `${id}\t{"timestamp":${eventTimeMs / 1000},"id":"${id}","antenna_id":"${antennaId}","bytes":${bytes},"app":"${appName}"}\n`;
}
