import { java, kafkaJars, type Report } from '@antenna/local-stack';
import type { CommandLine } from '../measure/run-measured.ts';

/** Kafka's own consumer, which does nothing with what it reads: what the broker of this machine can deliver. */
export interface KafkaConsumer {
  read(brokers: string, topic: string, records: number): CommandLine;
  /** Seconds that it fetched for, by its own account. */
  seconds(output: string): number;
}

export async function kafkaConsumer(report: Report): Promise<KafkaConsumer> {
  const [file, jars] = [await java(), await kafkaJars(report)];
  return {
    read: (brokers, topic, records) => ({
      file,
      args: [
        ...['-Xmx512m', '-Dlog4j2.level=ERROR', '-cp', `${jars}/*`, 'org.apache.kafka.tools.ConsumerPerformance'],
        ...['--bootstrap-server', brokers, '--topic', topic, '--num-records', String(records), '--timeout', '20000'],
      ],
      env: {},
    }),
    seconds: secondsOf,
  };
}

/** Its last line: start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, … */
function secondsOf(output: string): number {
  const fields = output.trim().split('\n').at(-1)?.split(', ') ?? [];
  const [records, perSecond] = [Number(fields[4]), Number(fields[5])];
  return records / perSecond;
}
