import type { SimulatedWorker } from '../world/simulated-worker.ts';
import type { World } from '../world/world.ts';

const MAX_WORKERS = 4;

/** A worker hears from the group: new partitions, the same ones confirmed, or that it has been expelled. */
export function noticeGroup(world: World): boolean {
  const waiting = world.members.filter(hasNews);
  if (waiting.length === 0) return false;
  hearFromGroup(world, world.choices.of(waiting));
  return true;
}

export function hearFromGroup(world: World, worker: SimulatedWorker): void {
  if (worker.isExpelled) {
    world.trace(() => `worker ${worker.id} joins the group`);
    world.rebalance(world.members);
    return;
  }
  const partitions = worker.consumer.join(worker.ingestion);
  world.trace(() => `worker ${worker.id} is assigned [${partitions.join()}]`);
}

export function hasNews({ consumer, isExpelled }: SimulatedWorker): boolean {
  return isExpelled || consumer.newAssignment !== undefined || consumer.isReclaiming;
}

/** The group hands the partitions out anew; frozen workers may count as gone. */
export function rebalance(world: World): boolean {
  const countsFrozen = world.choices.oneIn(3);
  const members = world.workers.filter(({ isMember, isLeaving }) => isMember || (countsFrozen && !isLeaving));
  if (members.length === 0) return false;
  world.rebalance(members);
  return true;
}

export function spawn(world: World): boolean {
  if (world.workers.length >= MAX_WORKERS) return false;
  world.spawn();
  return true;
}

/** Starts a worker of either version of the decoder; one of the new version may have the totals only. */
export function spawnUpgraded(world: World): boolean {
  const { choices, workers } = world;
  if (workers.length >= MAX_WORKERS) return false;
  world.isUpgrade = true;
  if (choices.oneIn(4)) world.spawn();
  else world.spawn({ decoderVersion: 2, sinks: choices.oneIn(2) ? ['totals'] : ['totals', 'archive'] });
  return true;
}

/** A process dies. The group finds out when it hands out partitions the next time. */
export function kill(world: World): boolean {
  if (world.workers.length === 0) return false;
  const worker = world.choices.of(world.workers);
  world.trace(() => `worker ${worker.id} is killed`);
  world.remove(worker);
  return true;
}

/** A process stops at some instruction, or goes on from there as if no time had passed. */
export function freezeOrThaw(world: World): boolean {
  if (world.workers.length === 0) return false;
  const worker = world.choices.of(world.workers);
  worker.isFrozen = !worker.isFrozen;
  world.trace(() => `worker ${worker.id} is ${worker.isFrozen ? 'frozen' : 'thawed'}`);
  return true;
}

/** Sends a stop signal to a process. */
export function leave(world: World): boolean {
  const members = world.members;
  if (members.length === 0) return false;
  const worker = world.choices.of(members);
  world.trace(() => `worker ${worker.id} saves what it has and leaves`);
  worker.leave();
  return true;
}
