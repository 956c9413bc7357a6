import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ProductError } from '@antenna/cli';

/** Where a broker says that clients find it. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** A broker of KAFKA_BROKERS answers, and says that clients find the brokers where nothing answers. */
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

/** A few seconds in all, also where packets are lost without an answer. */
const PATIENCE: Patience = { tries: 2, waitMs: 1_000, timeoutMs: 2_500 };

/**
 * Sees that one of the addresses answers. The client itself would try each of them for most of a minute, and then say
 * that a request has taken too long.
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

/** Resolves when the address lets us connect; else rejects with its name and the reason. */
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
