import { readWhole } from './reading-actions.ts';
import { OPERATOR } from '../world/operator.ts';
import type { SimulatedPartition, Truncation } from '../world/simulated-topic.ts';
import type { World } from '../world/world.ts';

/** As long as the roll interval, after which a chunk is written. */
const ROLL_MS = 15;

/**
 * An election loses the newest records of a partition, and other records take their offsets. Where a transaction that
 * is open again hides records that were read, an operator may run the command at once.
 */
export function truncate(world: World): boolean {
  const { choices, partitions } = world;
  const losing = partitions.filter((partition) => losable(world, partition).length > 0);
  if (losing.length === 0) return false;
  const partition = choices.of(losing);
  const offsets = losable(world, partition);
  const rare = offsets.filter((offset) => partition.canGoBack(offset) || partition.reopens(offset));
  const offset = choices.of(rare.length > 0 && !choices.oneIn(4) ? rare : offsets);
  truncateAt(world, partition, { offset, isOlder: partition.canGoBack(offset) && choices.oneIn(2) });
  if (hidesRead(world, partition) && !choices.oneIn(4)) acknowledge(world, partition);
  return true;
}

/** Whether an open transaction hides records that a sink has taken. */
function hidesRead({ store }: World, { number, stable, latest }: SimulatedPartition): boolean {
  const readTo = Math.max(...store.nextOffsets(number));
  return stable < Math.min(readTo, latest);
}

/**
 * An election loses records that are counted and not archived yet, and an operator runs the command at once. Before the
 * command acknowledges the loss, a worker begins a chunk with the records that it holds, and may freeze.
 */
export function truncateUnarchived(world: World): boolean {
  const { choices, operator, store } = world;
  const partition = choices.of(world.partitions);
  const [counted, archived] = store.nextOffsets(partition.number);
  const offsets = losable(world, partition).filter((offset) => offset >= archived && offset < counted);
  if (offsets.length === 0 || operator.isBusy) return false;
  const offset = choices.of(offsets);
  truncateAt(world, partition, { offset, isOlder: partition.canGoBack(offset) && choices.oneIn(2) });
  acknowledge(world, partition);
  beginChunks(world);
  return true;
}

/**
 * A worker is about to read records for one sink that another sink or an open intent has taken already. An election
 * replaces some of them by batches of an earlier leader before the worker reads and saves them.
 */
export function goBackBeforeReading(world: World): boolean {
  const { choices } = world;
  const truncations = world.partitions.flatMap((partition) => {
    const end = lastTaken(world, partition);
    const worker = world.running.find(({ consumer }) => consumer.isAboutToRead(partition.number, end));
    const offsets = losable(world, partition).filter((offset) => offset < end && partition.canGoBack(offset));
    return worker === undefined ? [] : offsets.map((offset) => ({ worker, partition, offset }));
  });
  if (truncations.length === 0) return false;
  const { worker, partition, offset } = choices.of(truncations);
  truncateAt(world, partition, { offset, isOlder: true });
  readWhole(world, worker, partition.number);
  world.nowMs += ROLL_MS;
  worker.ingestion.tick();
  return true;
}

/** The last offset that a sink or an open intent has taken. */
function lastTaken({ store }: World, { number }: SimulatedPartition): number {
  const intentEnd = store.intents.get(number)?.endOffset ?? 0;
  return Math.max(...store.nextOffsets(number), intentEnd) - 1;
}

/** After an operator's command has read the positions, workers begin chunks of what they hold, and may freeze. */
export function beginChunks(world: World): void {
  const { calls, choices, workers } = world;
  for (const call of calls.awaited) if (call.worker === OPERATOR) call.happen();
  world.nowMs += ROLL_MS;
  for (const { ingestion, isFrozen } of workers) if (!isFrozen) ingestion.tick();
  const begun = new Set<number>();
  for (const call of calls.awaited.filter(({ name }) => name === 'recordIntent')) {
    call.happen();
    begun.add(call.worker);
  }
  if (choices.oneIn(2)) for (const worker of workers) worker.isFrozen ||= begun.has(worker.id);
}

function truncateAt(world: World, partition: SimulatedPartition, truncation: Truncation): void {
  const { choices, trace } = world;
  const { offset, isOlder } = truncation;
  partition.truncate(truncation, choices, world.nowMs);
  const isOpen = partition.stable < partition.latest;
  partition.produce(world.nowMs, isOpen || choices.oneIn(2) ? choices.below(partition.unproduced + 1) : Infinity);
  world.hasTruncation = true;
  const byWhom = isOlder ? ' by an older leader' : '';
  trace(
    () => `partition ${partition.number} is truncated to ${offset}, and filled again to ${partition.latest}${byWhom}`,
  );
}

/**
 * Offsets from which an election may lose records now. Each of them holds an event, since the command does not find a
 * truncation that loses none. A position that an operator has moved has no fingerprint until the next record is read;
 * until then no claim can compare it, so no record below it is lost.
 */
function losable({ store, operator }: World, partition: SimulatedPartition): readonly number[] {
  if (operator.isBusy) return [];
  const positions = store.lost.heldPositions().filter((position) => position.partition === partition.number);
  return partition.losable.filter((offset) =>
    positions.every(({ nextOffset, fingerprint }) => nextOffset <= offset || (fingerprint?.offset ?? -1) >= offset),
  );
}

/** An operator acknowledges a truncation at which a worker has stopped, or for which the command has failed. */
export function acknowledgeTruncations(world: World): boolean {
  const { operator, partitions, workers } = world;
  if (!world.hasTruncation || operator.isBusy) return false;
  const stopped = new Set(workers.flatMap(({ ingestion }) => truncatedOf(ingestion.stoppedPartitions)));
  const isToDo = (partition: SimulatedPartition) => operator.unfinished.has(partition) || stopped.has(partition.number);
  return acknowledge(world, partitions.find(isToDo));
}

/** An operator who has read of an election in a broker's log runs the command, whether or not a worker has stopped. */
export function lookForTruncation(world: World): boolean {
  const { operator, partitions, choices } = world;
  if (!world.hasTruncation || operator.isBusy) return false;
  const truncated = partitions.filter(({ version }) => version > 0);
  const hiding = truncated.filter((partition) => hidesRead(world, partition));
  return acknowledge(world, choices.of(hiding.length > 0 ? hiding : truncated));
}

function acknowledge({ operator, trace }: World, partition: SimulatedPartition | undefined): boolean {
  if (partition === undefined) return false;
  trace(() => `the operator looks for a truncation of partition ${partition.number}`);
  void operator.acknowledgeTruncation(partition);
  return true;
}

function truncatedOf(faults: ReadonlyMap<number, { readonly code: string }>): readonly number[] {
  return [...faults].filter(([, { code }]) => code === 'LOG_TRUNCATED').map(([partition]) => partition);
}
