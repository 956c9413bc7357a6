import { KafkaJSNonRetriableError } from 'kafkajs';
import { missingRight, type Right } from './not-authorized.ts';

const NEEDED: readonly Right[] = [
  { operation: 'Read', kind: 'topic', name: 'devices' },
  { operation: 'Read', kind: 'group', name: 'speed-layer' },
];

/** An error of the client that wraps a broker's answer. */
function answered(type: string): Error {
  const cause = Object.assign(new Error('no'), { name: 'KafkaJSProtocolError', type, retriable: false });
  return Object.assign(new KafkaJSNonRetriableError('no'), { cause });
}

describe('a right that Kafka denies', () => {
  it.each([
    ['TOPIC_AUTHORIZATION_FAILED', /topic devices: it lacks the right Read;.* --operation Read --topic devices/],
    ['GROUP_AUTHORIZATION_FAILED', /group speed-layer: it lacks the right Read;.* --group speed-layer/],
  ])('is named in the error together with its topic or group: %s', (type, message) => {
    const error = missingRight(answered(type), NEEDED);
    expect(error).toMatchObject({ code: 'KAFKA_NOT_AUTHORIZED', retriable: false });
    expect(error?.message).toMatch(message);
  });

  it('is not reported for an error of another kind', () => {
    expect(missingRight(answered('NOT_LEADER_FOR_PARTITION'), NEEDED)).toBeUndefined();
    expect(missingRight(new Error('no'), NEEDED)).toBeUndefined();
  });
});
