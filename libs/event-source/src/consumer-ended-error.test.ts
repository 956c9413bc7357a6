import { ConsumerEndedError } from './consumer-ended-error.ts';

describe('the error of an ended consumer', () => {
  it('names the cause and the next step', () => {
    const error = new ConsumerEndedError(new Error('Failed to find group coordinator'));
    expect(error.code).toBe('KAFKA_CONSUMER_ENDED');
    expect(error.message).toMatch(
      /Failed to find group coordinator; see that they run, .*; then start the worker again/,
    );
  });
});
