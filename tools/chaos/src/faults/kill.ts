import { type Failpoint, failpointText } from '../failpoint.ts';
import type { Fault } from './fault.ts';

/**
 * SIGKILL of some workers at the same instant, whatever they are doing.
 * @param first whom to begin with.
 * @param failpoints at which as many of their successors die.
 */
export function kill(first: number, count: number, failpoints: readonly Failpoint[]): Fault {
  return {
    name: 'SIGKILL',
    text: `kill ${count} from ${first}; successors die ${failpoints.map(failpointText).join(', ') || 'later'}`,
    resource: undefined,
    inject({ workers }) {
      workers.arm(failpoints);
      workers.kill(first, count);
      return Promise.resolve();
    },
  };
}
