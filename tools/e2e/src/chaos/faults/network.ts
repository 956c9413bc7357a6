import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from '@antenna/simulator';
import type { TcpProxy } from '@antenna/test-kit';
import type { Proxied } from '../system/services.ts';
import { ANY_ARCHIVE, type Fault, type FaultKind, type Resource } from './fault.ts';

const TITLES: Readonly<Record<Proxied, string>> = { postgres: 'Postgres', kafka: 'Kafka', gcs: 'GCS' };
const RESOURCES: Readonly<Record<Proxied, Resource>> = { postgres: 'postgres', kafka: 'kafka', gcs: 'storage' };

/**
 * All connections to a service are cut, and new ones for a while. Before, everything is slowed down, so that answers are
 * on their way that no client will get.
 */
export const cut = (service: Proxied): FaultKind =>
  onProxy(service, 'cut', (chance) => {
    const [lagMs, ms] = [chance.integer(100, 400), chance.integer(0, 2_000)];
    return {
      text: `with answers ${lagMs} ms away, refused for ${ms} ms`,
      async inject(proxies) {
        for (const proxy of proxies) proxy.slowDown(lagMs);
        await delay(LAGS_BEFORE_CUT * lagMs);
        for (const proxy of proxies) {
          proxy.refuse(true);
          proxy.slowDown(0);
        }
        await delay(ms);
        for (const proxy of proxies) proxy.refuse(false);
      },
    };
  });

/** A request and its answer take two. */
const LAGS_BEFORE_CUT = 5;

/** Everything that goes to a service and comes back takes longer. */
export const slowDown = (service: Proxied): FaultKind =>
  onProxy(service, 'delayed', (chance) => {
    const [lagMs, ms] = [chance.integer(50, 400), chance.integer(2_000, 6_000)];
    return {
      text: `${lagMs} ms each way for ${ms} ms`,
      async inject(proxies) {
        for (const proxy of proxies) proxy.slowDown(lagMs);
        await delay(ms);
        for (const proxy of proxies) proxy.slowDown(0);
      },
    };
  });

/** Nothing gets through, and no connection is closed; then all comes at once, or the connections turn out to be dead. */
export const blackHole = (service: Proxied): FaultKind =>
  onProxy(service, 'black-holed', (chance) => {
    const ms = chance.integer(2_000, 8_000);
    const isCut = chance.happens(0.5);
    return {
      text: `${ms} ms, then ${isCut ? 'cut' : 'delivered'}`,
      async inject(proxies) {
        for (const proxy of proxies) proxy.swallow();
        await delay(ms);
        for (const proxy of proxies) {
          if (isCut) proxy.cut();
          proxy.release();
        }
      },
    };
  });

interface ProxyFault {
  readonly text: string;
  inject(proxies: readonly TcpProxy[]): Promise<void>;
}

function onProxy(service: Proxied, what: string, draw: (chance: Chance) => ProxyFault): FaultKind {
  return {
    archives: service === 'gcs' ? ['gcs'] : ANY_ARCHIVE,
    draw(chance): Fault {
      const drawn = draw(chance);
      const name = `connections to ${TITLES[service]} ${what}`;
      return {
        name,
        text: `${name}: ${drawn.text}`,
        resource: RESOURCES[service],
        inject: ({ services }) => drawn.inject(services.proxies[service]),
      };
    },
  };
}
