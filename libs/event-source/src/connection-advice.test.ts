import {
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSRequestTimeoutError,
} from 'kafkajs';
import { ConsumerEndedError, isPassingKafkaFailure, missingRight, type Right } from './connection-advice.ts';
import { TopicMissingError } from './topic-offsets.ts';

const refused = new KafkaJSConnectionError('Connection error', { broker: 'b:9092', code: 'ECONNREFUSED' });
const timeout = { broker: 'b', clientId: 'c', correlationId: 1, createdAt: 0, sentAt: 0, pendingDuration: 0 };
const exceeded = (cause: Error) => new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 6, retryTime: 3_000 });

describe('a failed request to Kafka', () => {
  it.each([
    ['a broker that is down', refused],
    ['a broker that is down at each attempt', exceeded(refused)],
    ['a broker that does not answer', new KafkaJSRequestTimeoutError('timed out', timeout)],
    ['a change of leader', protocolError('NOT_LEADER_FOR_PARTITION', true)],
    ['a name server that is down', Object.assign(new Error(), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' })],
  ])('is worth a retry after %s', (_what, error) => {
    expect(isPassingKafkaFailure(error)).toBe(true);
  });

  it.each([
    ['a refused login', exceeded(loginError())],
    ['an untrusted certificate', exceeded(certificateError())],
    ['a missing right', protocolError('TOPIC_AUTHORIZATION_FAILED', false)],
    ['an error that the client calls final', new KafkaJSNonRetriableError('no')],
    ['a missing topic', new TopicMissingError('devices')],
    ['a bug', new TypeError('x is not a function')],
  ])('is final after %s', (_what, error) => {
    expect(isPassingKafkaFailure(error)).toBe(false);
  });
});

/** The client's error for an error code of a broker. */
function protocolError(type: string, retriable: boolean): Error {
  return Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type, retriable });
}

function certificateError(): Error {
  const cause = Object.assign(new Error(), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  return Object.assign(new KafkaJSConnectionError('Connection error'), { cause });
}

function loginError(): Error {
  return Object.assign(new Error('no'), { name: 'KafkaJSSASLAuthenticationError', retriable: false });
}

describe('the error of an ended consumer', () => {
  it('names the cause and the next step', () => {
    const error = new ConsumerEndedError(new Error('Failed to find group coordinator'));
    expect(error.code).toBe('KAFKA_CONSUMER_ENDED');
    expect(error.message).toMatch(
      /Failed to find group coordinator; see that they run, .*; then start the worker again/,
    );
  });
});

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
