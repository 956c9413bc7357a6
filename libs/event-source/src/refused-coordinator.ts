import BrokerPool from 'kafkajs/src/cluster/brokerPool.js';

const REFUSED = 'GROUP_AUTHORIZATION_FAILED';

let isApplied = false;

/**
 * From now on clients in this process say so when no broker tells them the coordinator of a group because they lack the
 * right to use the group. As released, kafkajs asks one broker after the other, forgets what each has answered, and says
 * that it found none.
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
