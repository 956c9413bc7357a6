import { hasNews, hearFromGroup } from './actions/group-actions.ts';
import { letGhostHappen } from './actions/call-actions.ts';
import { acknowledgeGaps } from './actions/data-actions.ts';
import { acknowledgeTruncations, lookForTruncation } from './actions/truncation-actions.ts';
import { deliver } from './actions/reading-actions.ts';
import type { InFlight } from './world/simulated-consumer.ts';
import { OPERATOR } from './world/operator.ts';
import type { SimulatedPartition } from './world/simulated-topic.ts';
import type { SimulatedWorker } from './world/simulated-worker.ts';
import { Violation } from './checker/violation.ts';
import type { World } from './world/world.ts';

/** Far more rounds than the worst schedule needs. */
const MAX_ROUNDS = 150;

/** By this round the last frozen worker has thawed. */
const THAWED_BY = 5;

/** Longer than both intervals after which something is saved. */
const ROUND_MS = 16;
/** Shorter than the roll interval. */
const RESTLESS_ROUND_MS = 8;
/** Rebalances after which the archive has come to the end, though each comes before the roll interval is over. */
const RESTLESS_REBALANCES = 30;
/** Fetches of each partition between two rebalances, at most. */
const READINGS_OF_A_REBALANCE = 4;
/** From time to time the clock advances beyond every deadline. */
const LONG_EVERY = 8;
const LONG_MS = 70_000;
const BATCHES_OF_A_FETCH = 12;
/** Calls that follow on one another in a round, at most: a chunk makes two, and one or two a file. */
const MAX_WAVES = 12;

/**
 * All faults end: every call is answered, every worker that runs is a member, frozen ones thaw, and what zombies have
 * sent arrives or is lost.
 * @returns false at a limit that docs/commit-protocol.md names: see `isOfTwoDecoders`.
 * @throws {Violation} when the workers do not get to the end of the topic by themselves.
 */
export async function drain(world: World): Promise<boolean> {
  // An operator has time to look before the logs and the workers go on.
  if (world.hasTruncation && world.choices.oneIn(2)) {
    lookForTruncation(world);
    await answerAll(world, [OPERATOR]);
  }
  for (const partition of world.partitions) endFaults(partition, world.nowMs);
  if (world.isUpgrade) endUpgrade(world);
  // Commits of single records need more rebalances than it is worth to play.
  if (world.maxRecords === Infinity && !world.hasTruncation && !world.isUpgrade && world.choices.oneIn(8))
    await drainRestlessly(world);
  const savesEarly = world.choices.oneIn(2);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (world.store.hasMoved) {
      await endMoved(world);
      return true;
    }
    thaw(world, round);
    noticeDead(world);
    letGhostHappen(world);
    acknowledgeGaps(world);
    acknowledgeTruncations(world);
    await playRound(world, { round, savesEarly });
    if (isAtRest(world)) return true;
    if (isOfTwoDecoders(world)) return false;
  }
  throw new Violation(`not drained after ${MAX_ROUNDS} rounds: ${stateOf(world)}`);
}

const ROUNDS_AFTER_MOVE = 10;

/**
 * The stream has moved away: whoever still runs with the former topic thaws, and whatever is on its way arrives. Nothing of
 * it may count. @throws {Violation} when a worker of the former topic is admitted.
 */
async function endMoved(world: World): Promise<void> {
  for (let round = 0; round < ROUNDS_AFTER_MOVE; round += 1) {
    for (const partition of world.partitions) endFaults(partition, world.nowMs);
    thaw(world, round);
    while (letGhostHappen(world));
    await playRound(world, { round, savesEarly: round % 2 === 0 });
  }
  await answerAll(world);
}

function endFaults(partition: SimulatedPartition, nowMs: number): void {
  if (!partition.hasLeader) partition.electLeader();
  partition.produce(nowMs);
}

/** From now on every worker has both sinks. */
function endUpgrade(world: World): void {
  for (const worker of world.workers.filter(({ sinks }) => sinks.length === 1)) world.remove(worker);
}

/**
 * Members come and go faster than the roll interval passes, as with a worker that crashes in a loop.
 * @throws {Violation} when the archive does not come to the end of the topic all the same.
 */
async function drainRestlessly(world: World): Promise<void> {
  for (let round = 0; round < RESTLESS_REBALANCES; round += 1) {
    thaw(world, round);
    noticeDead(world);
    letGhostHappen(world);
    acknowledgeGaps(world);
    acknowledgeTruncations(world);
    world.rebalance(world.members);
    await workThrough(world);
    world.nowMs += RESTLESS_ROUND_MS;
    for (const worker of world.running) worker.ingestion.tick();
    await workThrough(world);
    world.noticeStopped();
    if (isAtRest(world) || world.store.hasMoved) return;
  }
  throw new Violation(`not archived after ${RESTLESS_REBALANCES} rebalances: ${stateOf(world)}`);
}

/** No time passes while all that can be done is done. */
async function workThrough(world: World): Promise<void> {
  for (const worker of world.members) {
    if (hasNews(worker)) hearFromGroup(world, worker);
    void worker.noteEnds();
  }
  for (let turn = 0; turn < READINGS_OF_A_REBALANCE; turn += 1) {
    await answerAll(world);
    for (const worker of world.members) readAll(world, worker);
  }
}

async function playRound(world: World, { round, savesEarly }: { round: number; savesEarly: boolean }): Promise<void> {
  for (const worker of world.members.filter(hasNews)) hearFromGroup(world, worker);
  await answerAll(world);
  for (const worker of world.members) readAll(world, worker);
  passTime(world, round);
  const ends = new Map(world.partitions.map(({ number, end }) => [number, end]));
  for (const { ingestion } of world.running) {
    if (savesEarly && ingestion.hasProcessed(ends)) void ingestion.saveAll();
    else ingestion.tick();
  }
  await world.settle();
  world.noticeStopped();
}

/** The group finds out which members are gone. Nobody is assigned anew without need: that would heal too much. */
function noticeDead(world: World): void {
  restartRefused(world);
  if (world.members.length === 0) world.spawn();
  const members = world.members;
  const owned = new Set(members.flatMap(({ consumer }) => consumer.newAssignment ?? consumer.assigned));
  if (members.some(({ isExpelled }) => isExpelled) || world.partitions.every(({ number }) => owned.has(number))) return;
  world.rebalance(members);
}

/** After a refusal, starts a worker of each decoder version that has none: the other one may have to finish first. */
function restartRefused(world: World): void {
  if (world.refused.length === 0) return;
  for (const decoderVersion of [1, 2]) {
    const isThere = world.members.some((worker) => worker.decoderVersion === decoderVersion);
    if (!isThere) world.spawn({ decoderVersion });
  }
  world.refused.length = 0;
}

function passTime(world: World, round: number): void {
  world.nowMs += round % LONG_EVERY === 0 ? LONG_MS : ROUND_MS;
  if (round % LONG_EVERY !== LONG_EVERY - 1) return;
  for (const worker of world.members) void worker.noteEnds();
}

function thaw({ workers, choices }: World, round: number): void {
  for (const worker of workers) {
    if (worker.isFrozen && (round >= THAWED_BY || choices.below(4) === 0)) worker.isFrozen = false;
  }
}

/** Answers the calls of the operator and of all workers that run, and those that they make next, until none is left. */
async function answerAll(
  world: World,
  callers: readonly number[] = [OPERATOR, ...world.running.map(({ id }) => id)],
): Promise<void> {
  const { calls } = world;
  const ids = new Set(callers);
  for (let wave = 0; wave < MAX_WAVES; wave += 1) {
    const asked = calls.awaited.filter(({ worker }) => ids.has(worker));
    if (asked.length === 0) return;
    for (const call of asked) {
      calls.finish(call);
      call.answer();
    }
    await world.settle();
  }
}

function readAll(world: World, worker: SimulatedWorker): void {
  for (const item of [...worker.consumer.inFlight]) deliverWhole(world, worker, item);
  for (const partition of worker.consumer.readable) {
    const item = worker.consumer.fetch(partition, BATCHES_OF_A_FETCH);
    if (item !== undefined) deliverWhole(world, worker, item);
  }
}

function deliverWhole(world: World, worker: SimulatedWorker, item: InFlight): void {
  while (item.parts.length > 0 && deliver(world, { worker, item, keep: false }));
}

function isAtRest(world: World): boolean {
  const { partitions, store, calls, operator, workers } = world;
  return (
    calls.ghosts.length === 0 &&
    calls.awaited.length === 0 &&
    !hasAppeared(world) &&
    operator.unfinished.size === 0 &&
    workers.every(({ isFrozen, isLeaving }) => !isFrozen && !isLeaving) &&
    partitions.every(({ number, end }) => store.nextOffsets(number).every((offset) => offset === end))
  );
}

/** Whether workers were refused while partitions wait for different decoder versions: each may be refused again. */
function isOfTwoDecoders({ refused, store }: World): boolean {
  return refused.length > 0 && store.positions.versionsApart((partition) => store.intents.has(partition)).size > 1;
}

/** Whether a file of an abandoned chunk exists that is not in the manifest yet. */
function hasAppeared({ store, archive }: World): boolean {
  return [...store.lost.abandoned.keys()].some((path) => archive.files.has(path));
}

function stateOf({ partitions, store, calls, workers }: World): string {
  const positions = partitions.map(({ number, end }) => {
    const [totals, archive] = store.nextOffsets(number);
    return `partition ${number} totals ${totals} archive ${archive} of ${end}`;
  });
  return [...positions, `${calls.awaited.length} calls`, `${workers.length} workers`].join(', ');
}
