import { join } from 'node:path';
import { checkout, nodeCommand, produce, runProgram, testTopic, type TestTopic } from '@antenna/test-kit';
import { partSeconds } from './parts.ts';

const EVENT = '{"timestamp":1667042100,"id":"a user","antenna_id":"an antenna","bytes":5,"app":"SKYPE"}';

describe('the parts of a drain', () => {
  let topic: TestTopic;

  beforeEach(async () => {
    topic = await testTopic({ partitions: 2 });
    await produce(
      topic,
      Array.from({ length: 50 }, (_, number) => ({ value: EVENT, partition: number % 2 })),
    );
  });

  afterEach(() => topic.close());

  it.each([
    ['start', 0],
    ['receive', 0],
    ['decode', 50],
    ['collect', 50],
  ] as const)(
    'are done up to «%s»: %i of 50 events are decoded, and the program ends at the end of the topic',
    async (part, events) => {
      const program = join(checkout, 'tools/bench/src/parts/reading-program.ts');
      const env = { KAFKA_BROKERS: topic.brokers.join(','), KAFKA_TOPIC: topic.topic, KAFKA_GROUP_ID: topic.topic };
      expect(await runProgram(nodeCommand([program, part], env))).toContain(`${events} events`);
    },
  );

  it('take the CPU time by which a program with the part exceeds the one without it', () => {
    const medians = { start: 1, receive: 3, decode: 6, add: 10, collect: 15, totals: 16, both: 28 };
    expect(partSeconds((name) => medians[name])).toEqual({
      start: 1,
      receive: 2,
      decode: 3,
      add: 4,
      commit: 6,
      collect: 5,
      encode: 7,
    });
  });
});
