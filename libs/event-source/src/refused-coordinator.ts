import BrokerPool from 'kafkajs/src/cluster/brokerPool.js';

const REFUSED = 'GROUP_AUTHORIZATION_FAILED';

let isApplied = false;

/**
 * From now on a client in this process reports GROUP_AUTHORIZATION_FAILED when the brokers refuse to name the group's
 * coordinator because the login lacks the right to use the group. Unpatched, kafkajs asks one broker after the other,
 * drops their answers and reports that it found no coordinator.
 */
export function tellRefusedCoordinator(): void {
  if (isApplied) return;
  isApplied = true;
  const pool = BrokerPool.prototype;
  const withBroker = Reflect.get(pool, 'withBroker');
  pool.withBroker = async function (this: BrokerPool, ask) {
    const refusals: Error[] = [];
    const answer: unknown = await withBroker.call(this, async (asked) => {
      try {
        return await ask(asked);
      } catch (error) {
        if (error instanceof Error && 'type' in error && error.type === REFUSED) refusals.push(error);
        throw error;
      }
    });
    const [refusal] = refusals;
    if (answer === null && refusal !== undefined) throw refusal;
    return answer;
  };
}
