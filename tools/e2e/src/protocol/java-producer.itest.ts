import { streamDifferences } from '@antenna/oracle';
import { kafkaTool } from '@antenna/local-stack';
import type { SimulatedRecord } from '@antenna/simulator';
import { execa } from 'execa';
import { newStream, someRecords, type Stream } from '../stream.ts';
import { drain } from '../workers.ts';

describe('a topic that a Java producer compresses', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 2 });
  });

  afterEach(() => stream.close());

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('is read when it is %s', async (codec) => {
    const records = someRecords(9, 500).filter(({ fact }) => typeof fact !== 'string');
    await sendFromJava(stream, codec, records);
    await drain(stream.environment);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });
});

/** Kafka's own console producer: one record a line. */
async function sendFromJava(stream: Stream, codec: string, records: readonly SimulatedRecord[]): Promise<void> {
  const place = ['--bootstrap-server', stream.brokers.join(','), '--topic', stream.topic];
  const tool = await kafkaTool('org.apache.kafka.tools.ConsoleProducer', ...place, '--compression-codec', codec);
  await execa(...tool, { input: records.map(({ value }) => `${value?.toString() ?? ''}\n`).join('') });
}
