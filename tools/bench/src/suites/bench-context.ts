import type { Report } from '@antenna/local-stack';
import type { Kafka } from 'kafkajs';
import type { KafkaConsumer } from '../contestants/kafka-consumer.ts';
import type { PeerInstallation } from '../peer/peer-installation.ts';
import type { BenchStack } from '../stack/bench-stack.ts';
import type { Sizes } from './sizes.ts';

/** What every suite works with. */
export interface BenchContext {
  readonly stack: BenchStack;
  readonly kafka: Kafka;
  readonly consumer: KafkaConsumer;
  /** Undefined when the peer is left out. */
  readonly peer: PeerInstallation | undefined;
  readonly sizes: Sizes;
  readonly report: Report;
}
