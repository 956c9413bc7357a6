import type { InFlight } from '../world/simulated-consumer.ts';
import type { SimulatedWorker } from '../world/simulated-worker.ts';
import type { World } from '../world/world.ts';

const MAX_BATCHES_OF_A_FETCH = 5;

/** A worker fetches from a partition; what it gets arrives at once or later. */
export function read(world: World): boolean {
  const { choices } = world;
  const worker = pick(world, ({ consumer }) => consumer.readable.length > 0);
  if (worker === undefined) return false;
  const partition = choices.of(worker.consumer.readable);
  const item = worker.consumer.fetch(partition, 1 + choices.below(MAX_BATCHES_OF_A_FETCH));
  if (item === undefined) return false;
  world.trace(() => `worker ${worker.id} fetches ${textOf(item)}`);
  if (!choices.oneIn(4)) deliver(world, { worker, item, keep: false });
  return true;
}

/** A worker fetches from a partition, and all that it gets arrives at once. */
export function readWhole(world: World, worker: SimulatedWorker, partition: number): void {
  const item = worker.consumer.fetch(partition, MAX_BATCHES_OF_A_FETCH);
  while (item !== undefined && item.parts.length > 0 && deliver(world, { worker, item, keep: false }));
}

/** Something that was fetched some time ago arrives, perhaps not for the last time. */
export function deliverInFlight(world: World): boolean {
  const worker = pick(world, ({ consumer }) => consumer.inFlight.length > 0);
  if (worker === undefined) return false;
  return deliver(world, { worker, item: world.choices.of(worker.consumer.inFlight), keep: world.choices.oneIn(8) });
}

/** Time passes, and one worker notices. */
export function tick(world: World): boolean {
  const { choices } = world;
  const worker = pick(world, () => true);
  if (worker === undefined) return false;
  world.nowMs += choices.of([1, 3, 8]);
  world.trace(() => `${world.nowMs} ms: worker ${worker.id} does what is due`);
  worker.ingestion.tick();
  if (choices.oneIn(6)) void worker.noteEnds();
  return true;
}

/** The client of a worker loses its place, without a word. */
export function resetClient(world: World): boolean {
  const { choices } = world;
  const worker = pick(world, ({ consumer }) => consumer.assigned.length > 0);
  if (worker === undefined) return false;
  const number = choices.of(worker.consumer.assigned);
  const { earliest, stable } = world.partitions[number] ?? { earliest: 0, stable: 0 };
  const offset = earliest + choices.below(Math.max(0, stable - earliest) + 1);
  if (!worker.consumer.reset(number, offset)) return false;
  world.trace(() => `the client of worker ${worker.id} goes on at ${number}@${offset}`);
  return true;
}

/** @returns false when there is no room. */
export function deliver(
  world: World,
  { worker, item, keep }: { readonly worker: SimulatedWorker; readonly item: InFlight; readonly keep: boolean },
): boolean {
  if (isOfLostLog(world, item)) {
    worker.consumer.drop(item);
    return false;
  }
  const { partition, parts } = item;
  const outcome = worker.consumer.deliver(item, worker.ingestion, { keep });
  if (outcome !== undefined)
    world.trace(() => `worker ${worker.id} is given ${textOf({ partition, parts })}: ${outcome}`);
  return outcome !== undefined;
}

/**
 * Whether an answer was fetched before a truncation, and an operator has acknowledged one since: a limit that
 * docs/commit-protocol.md names.
 */
function isOfLostLog({ partitions, store }: World, { partition, version }: InFlight): boolean {
  return version < (partitions[partition]?.version ?? 0) && store.lost.generation(partition) > 0;
}

function pick(
  { members, choices }: World,
  isWanted: (worker: SimulatedWorker) => boolean,
): SimulatedWorker | undefined {
  const wanted = members.filter(isWanted);
  return wanted.length === 0 ? undefined : choices.of(wanted);
}

function textOf({ partition, parts: [part] }: Pick<InFlight, 'partition' | 'parts'>): string {
  if (part === undefined) return `${partition} (nothing)`;
  const { fetchedOffset, nextOffset, records, origin } = part;
  const offsets = records.length === 0 ? 'no records' : records.map(({ offset }) => offset).join();
  return `${partition}@${fetchedOffset} (${offsets}; next ${nextOffset}; leader ${origin.leaderEpoch})`;
}
