import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QuotaEvent } from '@antenna/ingestion';
import Ajv from 'ajv';
import { cloudEventMessage } from './cloud-event.ts';

const FOUND: QuotaEvent = {
  number: 812,
  userId: 'a user',
  sequence: 3,
  hourMs: Date.UTC(2022, 9, 29, 13),
  state: 'exceeded',
  usage: 2n ** 53n + 1n,
  quota: 5_000n,
  eventTimeMs: Date.UTC(2022, 9, 29, 13, 15, 7),
  revision: undefined,
  seenAtMs: Date.UTC(2026, 10, 28, 22, 0, 0, 120),
};
const JUDGED: QuotaEvent = { ...FOUND, state: 'withdrawn', usage: 0n, eventTimeMs: undefined, revision: 7 };

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'quota-event.schema.json'), 'utf8'),
) as object;
const validate = new Ajv().compile(schema);

function cloudEventOf(event: QuotaEvent): unknown {
  return JSON.parse(String(cloudEventMessage(event, 'devices').value));
}

describe('a quota event as a CloudEvent', () => {
  it('has the attributes of CloudEvents 1.0, and sums as texts', () => {
    expect(cloudEventOf(FOUND)).toEqual({
      specversion: '1.0',
      id: '2022-10-29T13:00:00.000Z/exceeded/5000/a user',
      source: '/antenna-usage/devices',
      type: 'antenna-usage.quota.exceeded',
      subject: 'a user',
      time: '2026-11-28T22:00:00.120Z',
      datacontenttype: 'application/json',
      dataschema: 'urn:antenna-usage:quota-event:1',
      sequence: '0000000000000000003',
      data: {
        userId: 'a user',
        hour: '2022-10-29T13:00:00.000Z',
        state: 'exceeded',
        usageBytes: '9007199254740993',
        quotaBytes: '5000',
        eventTime: '2022-10-29T13:15:07.000Z',
      },
    });
  });

  it('of the batch layer has the revision of the hour, and no event time', () => {
    expect(cloudEventOf(JUDGED)).toMatchObject({ data: { state: 'withdrawn', usageBytes: '0', revision: '7' } });
    expect(cloudEventOf(JUDGED)).not.toHaveProperty('data.eventTime');
  });

  it('is keyed by user, and names its format in a header', () => {
    expect(cloudEventMessage(FOUND, 'devices')).toMatchObject({
      key: 'a user',
      headers: { 'content-type': 'application/cloudevents+json' },
    });
  });

  it.each([FOUND, JUDGED])('conforms to the published schema', (event) => {
    validate(cloudEventOf(event));
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['without a user', { data: { ...dataOf(FOUND), userId: undefined } }],
    ['with a number as usage', { data: { ...dataOf(FOUND), usageBytes: 5 } }],
    ['of the stream without an event time', { data: { ...dataOf(FOUND), eventTime: undefined } }],
    ['of the batch layer without a revision', { data: { ...dataOf(JUDGED), revision: undefined } }],
    ['with a field that the schema does not have', { data: { ...dataOf(FOUND), email: 'a@example.org' } }],
  ])('does not conform %s', (_, changed) => {
    const event: unknown = JSON.parse(JSON.stringify({ ...(cloudEventOf(FOUND) as object), ...changed }));
    expect(validate(event)).toBe(false);
  });
});

function dataOf(event: QuotaEvent): object {
  return (cloudEventOf(event) as { data: object }).data;
}
