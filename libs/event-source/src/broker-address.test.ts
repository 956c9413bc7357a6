import { addressOf, withoutColons } from './broker-address.ts';

describe('the address of a broker', () => {
  it.each(['[::1]:9092', '[2001:db8::7]:9093', '[::ffff:10.0.0.1]:9092'])(
    'reaches the socket as it was given where it is the IPv6 address %s, though kafkajs divides it at its first colon',
    (broker) => {
      const [host = '', port] = withoutColons(broker).split(':');
      expect(`[${addressOf(host)}]:${port}`).toBe(broker);
    },
  );

  it.each(['kafka-0.kafka:9092', '10.0.0.1:9092', 'a--1.ipv6-literal.net.example:9092'])('stays %s', (broker) => {
    expect(withoutColons(broker)).toBe(broker);
    const [host = ''] = broker.split(':');
    expect(addressOf(host)).toBe(host);
  });
});
