import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ProductError } from '@antenna/cli';

/** The address that a broker advertises to clients. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** A broker of KAFKA_BROKERS answers, but no address that the brokers advertise does. */
class AdvertisedAddressError extends ProductError {
  readonly code = 'KAFKA_ADVERTISED_ADDRESS';

  constructor(failures: readonly string[]) {
    super(
      `the brokers answer at KAFKA_BROKERS and advertise addresses that do not answer: ${failures.join(', ')}; ` +
        `let each broker advertise an address that this machine reaches (advertised.listeners of the listener at the ` +
        `port that KAFKA_BROKERS names), or name the port of the listener that does`,
    );
  }
}

interface Patience {
  readonly tries: number;
  readonly waitMs: number;
  readonly timeoutMs: number;
}

/** Bounds the check to a few seconds, even where the network drops packets silently. */
const PATIENCE: Patience = { tries: 2, waitMs: 1_000, timeoutMs: 2_500 };

/**
 * Checks that at least one of the addresses accepts a connection. Without this check kafkajs tries each address for
 * most of a minute and then reports only a request time-out.
 * @throws {AdvertisedAddressError} when none does.
 */
export async function requireAnswer(addresses: readonly BrokerAddress[], patience = PATIENCE): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await Promise.any(addresses.map((address) => answer(address, patience.timeoutMs)));
      return;
    } catch (error) {
      const failures = error instanceof AggregateError ? error.errors.map(String) : [String(error)];
      if (tries >= patience.tries) throw new AdvertisedAddressError(failures);
      await delay(patience.waitMs);
    }
  }
}

/** Resolves when the address accepts a connection; rejects with its name and the reason otherwise. */
function answer({ host, port }: BrokerAddress, timeoutMs: number): Promise<void> {
  const name = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => {
      end(`${name} (no answer in ${timeoutMs / 1_000} s)`);
    }, timeoutMs);
    const end = (failure?: string) => {
      clearTimeout(timer);
      socket.destroy();
      if (failure === undefined) resolve();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- joined into one message above
      else reject(failure);
    };
    socket.once('connect', () => {
      end();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      end(`${name} (${error.code ?? error.message})`);
    });
  });
}
