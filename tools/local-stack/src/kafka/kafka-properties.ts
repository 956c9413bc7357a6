/** Settings of a Kafka process by their names. */
type Properties = Readonly<Record<string, string | number>>;

interface Places {
  readonly data: string;
  readonly port: number;
  readonly controllerPort: number;
}

/** A broker that is its own controller (KRaft), for one machine, as `server.properties` has it. */
export function kafkaProperties({ data, port, controllerPort }: Places): Properties {
  return {
    ...nodeProperties({ data, controllerPort }),
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    ...copies(1),
  };
}

interface ClusterBroker extends Places {
  /** Tells the brokers of a cluster apart. */
  readonly number: number;
  /** How many brokers the cluster has. */
  readonly brokers: number;
}

/** One of several brokers whose controller is a process of its own. */
export function brokerProperties({ number, brokers, data, port, controllerPort }: ClusterBroker): Properties {
  return {
    ...nodeProperties({ data, controllerPort }),
    'process.roles': 'broker',
    'node.id': number,
    listeners: `PLAINTEXT://127.0.0.1:${port}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    ...copies(Math.min(mostCopies, brokers)),
    ...smallBuffers,
    ...quickReplicas,
  };
}

/** The controller of such a cluster. */
export function controllerProperties({ data, controllerPort }: Omit<Places, 'port'>): Properties {
  return {
    ...nodeProperties({ data, controllerPort }),
    'process.roles': 'controller',
    'node.id': controllerNumber,
    listeners: `CONTROLLER://127.0.0.1:${controllerPort}`,
  };
}

/** No broker has this number. */
const controllerNumber = 1_000;

function nodeProperties({ data, controllerPort }: Omit<Places, 'port'>): Properties {
  return {
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    // Records keep the time of their events, which may be years ago: retention by time would delete them at once.
    'log.retention.hours': -1,
    'auto.create.topics.enable': 'false',
    ...quickRestart,
  };
}

const mostCopies = 3;

/** Of Kafka's own topics: so many copies, all but one of which have to be in sync. */
function copies(replication: number): Properties {
  const inSync = Math.max(1, replication - 1);
  return {
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': replication,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': replication,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replication,
    'share.coordinator.state.topic.min.isr': inSync,
  };
}

/** Shorter time-outs than the defaults, which would only slow the restart of a local broker. */
const quickRestart = {
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1_000,
  'broker.session.timeout.ms': 2_000,
  'broker.heartbeat.interval.ms': 400,
  'controller.quorum.election.timeout.ms': 200,
  'controller.quorum.election.backoff.max.ms': 200,
  'controller.quorum.fetch.timeout.ms': 400,
};

/** The log cleaner alone has 128 MiB otherwise. */
const smallBuffers = { 'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024 };

/** A broker that was killed leaves the replicas in sync, and a transaction that hangs ends, within seconds. */
const quickReplicas = {
  'replica.lag.time.max.ms': 2_000,
  'replica.fetch.wait.max.ms': 200,
  'replica.fetch.backoff.ms': 200,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
  // Partitions change their leader only when a broker ends or starts.
  'auto.leader.rebalance.enable': 'false',
};
