import type { QuotaMessage } from './stored/quota-messages.ts';
import type { QuotaHour, StoredQuotaEvent, StoredTables } from './stored/tables.ts';

interface Attributes {
  readonly id: string;
  readonly subject: string;
  readonly sequence: string;
  readonly data: { readonly userId: string; readonly usageBytes: string };
}

/**
 * Compares quota events with what they follow from, by rules that share nothing with the product's. Usage in the tables
 * is compared with the truth elsewhere. No worker may be at work any more, and no quota may have been lowered.
 * @param messages those of each partition of the topic in order.
 * @param floorMs usage of hours before it is removed, so that it says nothing of their events; milliseconds since 1970.
 * @returns each difference in words.
 */
export async function quotaEventDifferences(
  tables: StoredTables,
  messages: readonly QuotaMessage[],
  floorMs = -Infinity,
): Promise<readonly string[]> {
  const stored = await tables.quotaEvents();
  const hours = (await tables.quotaHours()).filter(({ hour }) => Date.parse(hour) >= floorMs);
  const ofHour = Map.groupBy(stored, keyOf);
  return [
    ...sentDifferences(stored, messages),
    ...hours.flatMap((hour) => hourDifferences(hour, ofHour.get(keyOf(hour)) ?? [])),
  ];
}

/** Each stored event is in the topic, nothing else is, and the first messages of each user's events are in order. */
export function sentDifferences(
  stored: readonly StoredQuotaEvent[],
  messages: readonly QuotaMessage[],
): readonly string[] {
  const first = new Map<string, Attributes>();
  const differences: string[] = [];
  const last = new Map<string, number>();
  for (const { key, value } of messages) {
    const event = JSON.parse(value) as Attributes;
    if (key !== event.subject || key !== event.data.userId) differences.push(`key ${key} of the event ${event.id}`);
    if (first.has(event.id)) continue;
    first.set(event.id, event);
    const expected = (last.get(key) ?? 0) + 1;
    if (Number(event.sequence) !== expected)
      differences.push(`event ${event.id} has number ${event.sequence}, expected ${expected}`);
    last.set(key, Number(event.sequence));
  }
  for (const event of stored) {
    const sent = first.get(cloudEventId(event));
    if (sent === undefined) differences.push(`not sent: ${cloudEventId(event)}`);
    else if (sent.data.usageBytes !== event.usage || Number(sent.sequence) !== Number(event.sequence))
      differences.push(`sent otherwise than stored: ${sent.id}`);
    first.delete(cloudEventId(event));
  }
  return [...differences, ...Array.from(first.keys(), (id) => `sent and not stored: ${id}`)];
}

/**
 * The events of a user's hour are those that its usage and quota give, however the usage arrived. A quota that was
 * raised since is judged by the verdict on the final hour alone.
 */
export function hourDifferences(hour: QuotaHour, events: readonly StoredQuotaEvent[]): readonly string[] {
  const [counted, computed, quota] = [BigInt(hour.counted), BigInt(hour.computed), BigInt(hour.quota)];
  const states = events.map(({ state }) => state);
  const standing = states.findLast((state) => state !== 'warned');
  const isReported = states.some((state) => state === 'exceeded' || state === 'exceeded_late');
  const rules: readonly [boolean, string][] = [
    [isNear(counted, quota) && states.length === 0, 'no warning'],
    [counted > quota && !isReported, 'not reported as exceeded'],
    [events.some((event) => !isTrue(event)), 'an event that its usage and quota contradict'],
    [events.some((event) => isOfStream(event) && BigInt(event.usage) > counted), 'an event of more than was counted'],
    [new Set(events.map((event) => `${event.state} ${event.quota}`)).size < events.length, 'a state twice'],
    [events.some((event, at) => isWarnedLate(event, events.slice(0, at))), 'a warning after another event'],
    [hour.isFinal && computed > quota && !['confirmed', 'exceeded_late'].includes(standing ?? ''), 'not confirmed'],
    [hour.isFinal && computed <= quota && ![undefined, 'withdrawn'].includes(standing), 'not withdrawn'],
    [hour.isFinal && !isNear(computed, quota) && states.at(-1) === 'warned', 'a warning that is not withdrawn'],
  ];
  return rules
    .filter(([isBroken]) => isBroken)
    .map(([, what]) => `${what}: ${JSON.stringify(hour)} has ${states.join(', ') || 'no events'}`);
}

function isNear(usage: bigint, quota: bigint): boolean {
  return usage * 5n >= quota * 4n;
}

function isOfStream({ state }: StoredQuotaEvent): boolean {
  return state === 'warned' || state === 'exceeded';
}

function isTrue(event: StoredQuotaEvent): boolean {
  const [usage, quota] = [BigInt(event.usage), BigInt(event.quota)];
  if (event.state === 'warned') return isNear(usage, quota);
  return event.state === 'withdrawn' ? usage <= quota : usage > quota;
}

function isWarnedLate({ state, quota }: StoredQuotaEvent, earlier: readonly StoredQuotaEvent[]): boolean {
  return state === 'warned' && earlier.some((event) => event.quota === quota);
}

function keyOf({ hour, id }: { readonly hour: string; readonly id: string }): string {
  return `${hour} ${id}`;
}

/** The id under which an event is sent. */
export function cloudEventId({ hour, state, quota, id }: StoredQuotaEvent): string {
  return `${hour}/${state}/${quota}/${id}`;
}
