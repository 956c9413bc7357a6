import { ProductError } from '@antenna/cli';
import Broker from 'kafkajs/src/broker/index.js';

/** The broker is older than Kafka 2.3 (June 2019). */
export class OldBrokerError extends ProductError {
  readonly code = 'KAFKA_TOO_OLD';

  constructor(version: number) {
    super(
      `the brokers answer fetches up to version ${version} of the protocol, and ${FETCH_VERSION} is needed; ` +
        `use brokers of Kafka 2.3 or newer`,
    );
  }
}

/** The only fetch version that this product decodes. */
const FETCH_VERSION = 11;
const FETCH_KEY = 1;

let isApplied = false;

/**
 * From now on clients in this process refuse brokers that do not support fetch version 11. kafkajs asks a broker for
 * its supported versions as soon as it is connected.
 * @throws {OldBrokerError} from any client that connects to such a broker.
 */
export function refuseOldBrokers(): void {
  if (isApplied) return;
  isApplied = true;
  const broker = Broker.prototype;
  const ask = Reflect.get(broker, 'apiVersions');
  broker.apiVersions = async function (this: Broker) {
    const versions = await ask.call(this);
    const version = versions[FETCH_KEY]?.maxVersion ?? 0;
    if (version < FETCH_VERSION) throw new OldBrokerError(version);
    return versions;
  };
}
