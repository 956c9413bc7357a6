import { beginChunks } from './truncation-actions.ts';
import { HOURS } from '../world/known-record.ts';
import type { World } from '../world/world.ts';

const MAX_BATCH_RUNS = 2;

/** More records of a partition become readable. */
export function produce({ partitions, choices, nowMs, trace }: World): boolean {
  const growing = partitions.filter(({ latest, end }) => latest < end);
  if (growing.length === 0) return false;
  const partition = choices.of(growing);
  if (partition.hasLeader && choices.oneIn(4)) partition.electLeader();
  partition.produce(nowMs, 1 + choices.below(partition.unproduced));
  trace(() => `partition ${partition.number} now ends at ${partition.latest}, and is stable up to ${partition.stable}`);
  return true;
}

/** Retention deletes what every sink has; sometimes also what one of them lacks, or both. */
export function deleteOld(world: World): boolean {
  const { choices } = world;
  const partition = choices.of(world.partitions);
  const positions = world.store.nextOffsets(partition.number);
  const saved = Math.min(...positions);
  const wanted = [saved, saved, Math.max(...positions), partition.stable][choices.below(4)] ?? saved;
  const limit = Math.min(wanted, partition.replacedFrom);
  if (limit <= partition.earliest) return false;
  partition.earliest += 1 + choices.below(limit - partition.earliest);
  world.hasGap ||= partition.earliest > saved;
  world.trace(() => `retention deletes partition ${partition.number} up to ${partition.earliest}`);
  return true;
}

/**
 * Retention deletes what the totals have and the archive lacks, an operator looks at once, and a worker goes on: what it
 * holds of the partition may become a chunk before the operator decides.
 */
export function deleteUnarchived(world: World): boolean {
  const partition = world.choices.of(world.partitions);
  const [counted, archived] = world.store.nextOffsets(partition.number);
  if (Math.min(counted, partition.replacedFrom) <= Math.max(archived, partition.earliest)) return false;
  partition.earliest = Math.max(archived, partition.earliest) + 1;
  world.hasGap = true;
  world.trace(
    () => `retention deletes partition ${partition.number} up to ${partition.earliest}, which is not archived`,
  );
  acknowledgeGaps(world);
  beginChunks(world);
  return true;
}

/** An operator gives up what retention has deleted unread. */
export function acknowledgeGaps({ operator, trace }: World): boolean {
  if (operator.isBusy || !operator.hasReason) return false;
  void operator.acknowledgeGaps();
  trace(() => 'the operator acknowledges the gaps');
  return true;
}

/** An operator tries to move the stream away. Producers may go on. */
export function moveStream(world: World): boolean {
  if (world.operator.isBusy || world.store.hasMoved) return false;
  world.moveStream();
  world.trace(() => 'the operator moves the stream to another topic');
  return true;
}

/** A partition's leader is gone, or another one has been elected. */
export function changeLeader({ partitions, choices, trace }: World): boolean {
  const partition = choices.of(partitions);
  if (partition.hasLeader) partition.loseLeader();
  else partition.electLeader();
  trace(() => `partition ${partition.number} ${partition.hasLeader ? 'has a leader again' : 'loses its leader'}`);
  return true;
}

const HOUR_MS = 3_600_000;

/** A step of retention, or its first step towards a higher floor: just above an hour of events or of files. */
export function goOnWithRetention(world: World): boolean {
  const { store, hours, choices, retentionRun } = world;
  if (retentionRun?.isDone === false) {
    retentionRun.step();
    world.trace(() => `retention ${retentionRun.isDone ? 'has removed the rows below the floor' : 'goes on'}`);
    return true;
  }
  const below = choices.oneIn(2) ? HOURS : hours.all;
  const higher = below.map((hourMs) => hourMs + HOUR_MS).filter((floorMs) => floorMs > store.retention.floorMs);
  if (higher.length === 0) return false;
  const run = world.startRetention(choices.of(higher));
  run.step();
  world.trace(() => `retention raises the floors to ${new Date(run.floorMs).toISOString()}`);
  return true;
}

/** A step of a batch run, or the first step of another one. */
export function goOnWithBatchRun(world: World): boolean {
  const { batchRuns, hours, choices } = world;
  const startsOne = batchRuns.length === 0 || (batchRuns.length < MAX_BATCH_RUNS && choices.oneIn(3));
  if (startsOne && hours.all.length === 0) return false;
  const run = startsOne ? world.startBatchRun(choices.of(hours.all)) : choices.of(batchRuns);
  run.step();
  world.trace(() => `batch run of ${new Date(run.hourMs).toISOString()} ${run.isDone ? 'is recorded' : 'goes on'}`);
  if (run.isDone) batchRuns.splice(batchRuns.indexOf(run), 1);
  return true;
}
