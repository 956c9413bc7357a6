import { reachKafka } from './reach-kafka.ts';

function refusal(name: string): Error {
  return Object.assign(new Error('no'), { name });
}

describe('the first contact with Kafka', () => {
  it('gives what the contact gave', async () => {
    await expect(reachKafka(['a:1'], () => Promise.resolve(4))).resolves.toBe(4);
  });

  it('is tried again, but not for ever', async () => {
    let tries = 0;
    const contact = () => {
      tries++;
      return Promise.reject(refusal('KafkaJSConnectionError'));
    };
    await expect(reachKafka(['a:1', 'b:2'], contact)).rejects.toMatchObject({
      code: 'KAFKA_UNREACHABLE',
      exitCode: 1,
      message: expect.stringContaining('a:1, b:2') as unknown,
    });
    expect(tries).toBe(3);
  });

  it('is not tried again when the login was refused', async () => {
    let tries = 0;
    const contact = () => {
      tries++;
      return Promise.reject(refusal('KafkaJSSASLAuthenticationError'));
    };
    await expect(reachKafka(['a:1'], contact)).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE' });
    expect(tries).toBe(1);
  });
});
