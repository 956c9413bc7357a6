import { addressOf, withoutColons } from './kafka-client.ts';

describe('the address of a broker', () => {
  it.each(['[::1]:9092', '[2001:db8::7]:9093', '[::ffff:10.0.0.1]:9092'])(
    'of IPv6, such as %s, reaches the socket unchanged, although kafkajs cuts hosts at the first colon',
    (broker) => {
      const [host = '', port] = withoutColons(broker).split(':');
      expect(`[${addressOf(host)}]:${port}`).toBe(broker);
    },
  );

  it.each(['kafka-0.kafka:9092', '10.0.0.1:9092', 'a--1.ipv6-literal.net.example:9092'])(
    'without brackets, such as %s, stays unchanged',
    (broker) => {
      expect(withoutColons(broker)).toBe(broker);
      const [host = ''] = broker.split(':');
      expect(addressOf(host)).toBe(host);
    },
  );
});
