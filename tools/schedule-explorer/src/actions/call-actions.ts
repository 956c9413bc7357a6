import { OPERATOR } from '../world/operator.ts';
import type { PendingCall } from '../world/pending-calls.ts';
import type { World } from '../world/world.ts';

/** One call of a port goes on: it happens, is answered, fails, or any of it in the order that hurts. */
export function goOnWithCall(world: World): boolean {
  const { calls, choices, workers } = world;
  const call = pick(world, calls.awaited);
  if (call === undefined) return false;
  const worker = workers.find(({ id }) => id === call.worker);
  if (worker?.isFrozen === true) return happenUnanswered(world, call);
  const course = choices.below(20);
  if (course < 12) answer(world, call);
  else if (course < 15) return happenUnanswered(world, call);
  else if (course < 17) loseBefore(world, call);
  else if (course < 19) loseAfter(world, call);
  else loseOnTheWay(world, call);
  return true;
}

/** Decides whether a call without a waiting caller still arrives, or is lost. */
export function letGhostHappen({ calls, choices, trace }: World): boolean {
  const [ghost] = calls.ghosts;
  if (ghost === undefined) return false;
  if (choices.below(4) === 0) {
    calls.dropGhost(ghost);
    return true;
  }
  calls.letGhostHappen(ghost);
  trace(() => `the ${ghost.name} of ${callerOf(ghost)}, of which nobody waits for the answer, happens`);
  return true;
}

/** The oldest, or any. People are slower than workers: much happens between two calls of an operator's command. */
function pick({ choices }: World, calls: readonly PendingCall[]): PendingCall | undefined {
  const ofWorkers = calls.filter(({ worker }) => worker !== OPERATOR);
  const eligible = ofWorkers.length > 0 && ofWorkers.length < calls.length && choices.below(4) > 0 ? ofWorkers : calls;
  return eligible.length < 2 ? eligible[0] : eligible[choices.below(eligible.length)];
}

function answer({ calls, trace }: World, call: PendingCall): void {
  calls.finish(call);
  call.answer();
  trace(() => `${call.name} of ${callerOf(call)} is answered`);
}

function happenUnanswered({ trace }: World, call: PendingCall): boolean {
  if (call.hasHappened) return false;
  call.happen();
  trace(() => `${call.name} of ${callerOf(call)} happens, not answered yet`);
  return true;
}

function loseBefore({ calls, trace }: World, call: PendingCall): void {
  calls.finish(call);
  call.loseAnswer();
  trace(() => `${call.name} of ${callerOf(call)} ${call.hasHappened ? 'loses its answer' : 'never arrives'}`);
}

function loseAfter({ calls, trace }: World, call: PendingCall): void {
  calls.finish(call);
  call.happen();
  call.loseAnswer();
  trace(() => `${call.name} of ${callerOf(call)} happens, its answer is lost`);
}

function loseOnTheWay({ calls, trace }: World, call: PendingCall): void {
  calls.abandon(call);
  call.loseAnswer();
  trace(() => `${call.name} of ${callerOf(call)} counts as failed, and is still on its way`);
}

function callerOf({ worker }: PendingCall): string {
  return worker === OPERATOR ? 'the operator' : `worker ${worker}`;
}
