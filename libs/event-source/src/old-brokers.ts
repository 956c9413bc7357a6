import { ProductError } from '@antenna/cli';
import Broker from 'kafkajs/src/broker/index.js';

/** A broker of Kafka before 2.3 (June 2019). */
export class OldBrokerError extends ProductError {
  readonly code = 'KAFKA_TOO_OLD';

  constructor(version: number) {
    super(
      `the brokers answer fetches up to version ${version} of the protocol, and ${FETCH_VERSION} is needed; ` +
        `use brokers of Kafka 2.3 or newer`,
    );
  }
}

/** The only version of a fetch that this product reads. */
const FETCH_VERSION = 11;
const FETCH_KEY = 1;

let isApplied = false;

/**
 * From now on clients in this process refuse brokers whose fetches they would read in another way. kafkajs asks a broker
 * for its versions as soon as it is connected.
 * @throws {OldBrokerError} from whatever connects.
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
