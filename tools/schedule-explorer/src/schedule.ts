import { goOnWithCall, letGhostHappen } from './actions/call-actions.ts';
import type { Choices } from './choices.ts';
import {
  acknowledgeGaps,
  changeLeader,
  deleteOld,
  deleteUnarchived,
  goOnWithBatchRun,
  goOnWithRetention,
  moveStream,
  produce,
} from './actions/data-actions.ts';
import {
  acknowledgeTruncations,
  goBackBeforeReading,
  lookForTruncation,
  truncate,
  truncateUnarchived,
} from './actions/truncation-actions.ts';
import { drain } from './drain.ts';
import { checkEnd } from './checker/final-checks.ts';
import { freezeOrThaw, kill, leave, noticeGroup, rebalance, spawn, spawnUpgraded } from './actions/group-actions.ts';
import { deliverInFlight, read, resetClient, tick } from './actions/reading-actions.ts';
import { Violation } from './checker/violation.ts';
import { World, type WorldParts } from './world/world.ts';

/** What may happen next, and how often it is tried. An attempt is false when it cannot happen now. */
interface Action {
  readonly weight: number;
  readonly attempt: (world: World) => boolean;
}

/** The first is what makes a schedule go on, and what a decision of 0 does. */
const ACTIONS: readonly Action[] = [
  { weight: 34, attempt: goOnWithCall },
  { weight: 24, attempt: read },
  { weight: 8, attempt: deliverInFlight },
  { weight: 10, attempt: noticeGroup },
  { weight: 12, attempt: tick },
  { weight: 3, attempt: produce },
  { weight: 3, attempt: goOnWithBatchRun },
  { weight: 3, attempt: letGhostHappen },
  { weight: 3, attempt: rebalance },
  { weight: 2, attempt: kill },
  { weight: 2, attempt: freezeOrThaw },
  { weight: 2, attempt: spawn },
  { weight: 2, attempt: resetClient },
  { weight: 1, attempt: leave },
  { weight: 2, attempt: deleteOld },
  { weight: 4, attempt: acknowledgeGaps },
  { weight: 1, attempt: changeLeader },
];

const LOTS = lotsOf(ACTIONS);

/** Schedules of one kind of fault above all: what needs several of them in a row is found sooner. */
const LOTS_OF_GAPS = lotsOf([
  { weight: 24, attempt: goOnWithCall },
  { weight: 16, attempt: read },
  { weight: 20, attempt: tick },
  { weight: 6, attempt: noticeGroup },
  { weight: 8, attempt: deleteOld },
  { weight: 6, attempt: deleteUnarchived },
  { weight: 8, attempt: acknowledgeGaps },
  { weight: 2, attempt: freezeOrThaw },
]);

const LOTS_OF_TRUNCATIONS = lotsOf([
  { weight: 24, attempt: goOnWithCall },
  { weight: 24, attempt: read },
  { weight: 8, attempt: deliverInFlight },
  { weight: 8, attempt: noticeGroup },
  { weight: 12, attempt: tick },
  { weight: 3, attempt: produce },
  { weight: 3, attempt: rebalance },
  { weight: 2, attempt: kill },
  { weight: 2, attempt: freezeOrThaw },
  { weight: 5, attempt: truncate },
  { weight: 3, attempt: truncateUnarchived },
  { weight: 4, attempt: acknowledgeTruncations },
  { weight: 3, attempt: lookForTruncation },
  { weight: 2, attempt: changeLeader },
]);

/** Claims while the sinks of a partition are apart, and elections that lose records between their positions. */
const LOTS_OF_ELECTIONS = lotsOf([
  { weight: 26, attempt: goOnWithCall },
  { weight: 12, attempt: read },
  { weight: 2, attempt: deliverInFlight },
  { weight: 12, attempt: noticeGroup },
  { weight: 6, attempt: tick },
  { weight: 2, attempt: produce },
  { weight: 6, attempt: rebalance },
  { weight: 2, attempt: kill },
  { weight: 3, attempt: changeLeader },
  { weight: 16, attempt: goBackBeforeReading },
  { weight: 1, attempt: acknowledgeTruncations },
]);

const LOTS_OF_UPGRADES = lotsOf([
  { weight: 24, attempt: goOnWithCall },
  { weight: 16, attempt: read },
  { weight: 4, attempt: deliverInFlight },
  { weight: 12, attempt: noticeGroup },
  { weight: 14, attempt: tick },
  { weight: 8, attempt: rebalance },
  { weight: 8, attempt: spawnUpgraded },
  { weight: 2, attempt: kill },
  { weight: 3, attempt: freezeOrThaw },
  { weight: 1, attempt: leave },
]);

const LOTS_OF_RETENTION = lotsOf([
  { weight: 20, attempt: goOnWithCall },
  { weight: 24, attempt: read },
  { weight: 6, attempt: deliverInFlight },
  { weight: 10, attempt: noticeGroup },
  { weight: 14, attempt: tick },
  { weight: 3, attempt: produce },
  { weight: 30, attempt: goOnWithRetention },
  { weight: 14, attempt: goOnWithBatchRun },
  { weight: 3, attempt: letGhostHappen },
  { weight: 1, attempt: rebalance },
  { weight: 2, attempt: kill },
  { weight: 3, attempt: freezeOrThaw },
]);

const LOTS_OF_MOVES = lotsOf([
  { weight: 30, attempt: goOnWithCall },
  { weight: 24, attempt: read },
  { weight: 6, attempt: deliverInFlight },
  { weight: 10, attempt: noticeGroup },
  { weight: 14, attempt: tick },
  { weight: 3, attempt: produce },
  { weight: 3, attempt: letGhostHappen },
  { weight: 2, attempt: rebalance },
  { weight: 3, attempt: freezeOrThaw },
  { weight: 1, attempt: changeLeader },
  { weight: 8, attempt: moveStream },
]);

/** How often a schedule is of each kind. */
const KINDS = [
  ...[LOTS, LOTS],
  LOTS_OF_ELECTIONS,
  ...[LOTS_OF_GAPS, LOTS_OF_GAPS],
  ...[LOTS_OF_TRUNCATIONS, LOTS_OF_TRUNCATIONS],
  LOTS_OF_UPGRADES,
  LOTS_OF_RETENTION,
  LOTS_OF_MOVES,
];

const LEAST_STEPS = 15;
const MORE_STEPS = 50;

/**
 * Plays one schedule to its end: faults for a while, then none until all is drained. Deterministic: the same choices
 * make the same schedule.
 * @returns what does not hold, or undefined when everything does.
 */
export async function playSchedule(parts: WorldParts): Promise<string | undefined> {
  const world = new World(parts);
  try {
    await playFaults(world, parts.choices);
    world.trace(() => 'no more faults');
    if (await drain(world)) checkEnd(world);
    return undefined;
  } catch (error) {
    return error instanceof Violation ? error.message : String(error);
  }
}

async function playFaults(world: World, choices: Choices): Promise<void> {
  world.spawn();
  const lots = choices.of(KINDS);
  const steps = LEAST_STEPS + choices.below(MORE_STEPS);
  for (let step = 0; step < steps; step += 1) {
    attemptAny(world, choices.of(lots));
    await world.settle();
    world.noticeStopped();
  }
}

/** What was drawn, or else the first that can happen. */
function attemptAny(world: World, drawn: Action): void {
  if (!drawn.attempt(world)) ACTIONS.find(({ attempt }) => attempt(world));
}

function lotsOf(actions: readonly Action[]): readonly Action[] {
  return actions.flatMap((action) => Array.from({ length: action.weight }, () => action));
}
