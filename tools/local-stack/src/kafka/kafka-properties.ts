interface Places {
  readonly data: string;
  readonly port: number;
  readonly controllerPort: number;
}

/** A broker that is its own controller (KRaft), for one machine, as `server.properties` has it. */
export function kafkaProperties({ data, port, controllerPort }: Places): Readonly<Record<string, string | number>> {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    // Records keep the time of their events, which may be years ago: retention by time would delete them at once.
    'log.retention.hours': -1,
    'auto.create.topics.enable': 'false',
    ...singleCopies,
    ...quickRestart,
  };
}

const singleCopies = {
  'offsets.topic.num.partitions': 4,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
};

/** With nobody to wait for, the default time-outs would only make a restart slow. */
const quickRestart = {
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1_000,
  'broker.session.timeout.ms': 2_000,
  'broker.heartbeat.interval.ms': 400,
  'controller.quorum.election.timeout.ms': 200,
  'controller.quorum.election.backoff.max.ms': 200,
  'controller.quorum.fetch.timeout.ms': 400,
};
