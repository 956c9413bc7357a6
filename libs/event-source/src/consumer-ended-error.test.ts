import { ConsumerEndedError } from './consumer-ended-error.ts';

describe('a consumer that has ended', () => {
  it('tells why, and what to do', () => {
    const error = new ConsumerEndedError(new Error('Failed to find group coordinator'));
    expect(error.code).toBe('KAFKA_CONSUMER_ENDED');
    expect(error.message).toMatch(
      /Failed to find group coordinator; see that they run, .*; then start the worker again/,
    );
  });
});
