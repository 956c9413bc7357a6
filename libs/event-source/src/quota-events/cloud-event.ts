import type { QuotaEvent } from '@antenna/ingestion';
import type { Message } from 'kafkajs';

/** Version of the data's schema (docs/quota-event.schema.json). A change that breaks consumers raises it. */
const DATA_SCHEMA = 'urn:antenna-usage:quota-event:1';

/** Digits of a sequence number: those of the greatest 64-bit integer, so that the texts sort like the numbers. */
const SEQUENCE_DIGITS = 19;

/**
 * A quota event as a message of Kafka: a CloudEvent 1.0 in JSON, in structured mode (CloudEvents, Kafka protocol
 * binding, 3.3), keyed by user. The id depends on user, hour, quota and state alone, so that an event has the same id
 * whenever it is sent, and also after the stream was counted anew.
 * @param topic of the antenna events, which names the source.
 */
export function cloudEventMessage(event: QuotaEvent, topic: string): Message {
  const { userId, hourMs, state, quota, sequence, seenAtMs } = event;
  const hour = instant(hourMs);
  const cloudEvent = {
    specversion: '1.0',
    id: `${hour}/${state}/${quota}/${userId}`,
    source: `/antenna-usage/${topic}`,
    type: `antenna-usage.quota.${state}`,
    subject: userId,
    time: instant(seenAtMs),
    datacontenttype: 'application/json',
    dataschema: DATA_SCHEMA,
    sequence: String(sequence).padStart(SEQUENCE_DIGITS, '0'),
    data: dataOf(event, hour),
  };
  return {
    key: userId,
    value: JSON.stringify(cloudEvent),
    headers: { 'content-type': 'application/cloudevents+json' },
  };
}

/** Sums are texts: a JSON number is a double in most programs, which cannot hold each 64-bit integer. */
function dataOf({ userId, state, usage, quota, eventTimeMs, revision }: QuotaEvent, hour: string) {
  return {
    userId,
    hour,
    state,
    usageBytes: String(usage),
    quotaBytes: String(quota),
    ...(eventTimeMs === undefined ? {} : { eventTime: instant(eventTimeMs) }),
    ...(revision === undefined ? {} : { revision: String(revision) }),
  };
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
