import { type Chance, seededChance } from '@antenna/simulator';
import { type Failpoint, FAILPOINT_STEPS, failpointText } from '../failpoint.ts';
import type { Fault, FaultKind } from './faults/fault.ts';
import type { ArchiveKind } from './system/archive-place.ts';

export interface ScheduleOptions {
  readonly seed: number;
  readonly archive: ArchiveKind;
  readonly durationMs: number;
  /** How many workers are to be killed, at failpoints or at any instant. */
  readonly kills: number;
  /**
   * How many other faults at least. The first are those that fall to this archive when the kinds are dealt to all
   * archives of the run, so that even a short run has each kind; of the further ones each kind comes equally often.
   */
  readonly others: number;
  readonly kinds: readonly FaultKind[];
  /** All archives of the run. */
  readonly dealtTo: readonly ArchiveKind[];
  /** Of those others, only faults whose names contain this text; all unless given. */
  readonly only?: string | undefined;
}

export interface PlannedFault {
  /** Milliseconds since the fault before, or since the begin. */
  readonly afterMs: number;
  readonly fault: Fault;
}

/** Faults in their order: the same options give the same. */
export function schedule(options: ScheduleOptions): readonly PlannedFault[] {
  const { archive, durationMs } = options;
  const chance = seededChance(options.seed);
  const kinds = options.kinds.filter(({ archives }) => archives.includes(archive));
  const first = dealt(options.kinds, options.dealtTo, archive);
  const further = deck(kinds, Math.max(0, options.others - first.length), chance);
  const { only = '' } = options;
  const others = [...first, ...further].map((kind) => kind.draw(chance)).filter(({ name }) => name.includes(only));
  const planned = [...others, ...bursts(options.kills, chance)];
  const averageMs = Math.floor(durationMs / planned.length);
  return deck(planned, planned.length, chance).map((fault) => ({ afterMs: chance.integer(0, 2 * averageMs), fault }));
}

const USUAL_SECONDS = 10;

/**
 * Each kind goes to one of the archives that it can happen to: to the one whose kinds of the same resource, which wait for
 * each other, take the least time.
 */
function dealt(kinds: readonly FaultKind[], archives: readonly ArchiveKind[], to: ArchiveKind): readonly FaultKind[] {
  const taken = new Map<string, number>();
  const secondsOf = ({ seconds = USUAL_SECONDS }: FaultKind): number => seconds;
  const longestFirst = kinds.toSorted((left, right) => secondsOf(right) - secondsOf(left));
  return longestFirst.filter((kind) => {
    const { resource = 'none' } = kind.draw(seededChance(0));
    const secondsIn = (archive: ArchiveKind): number => taken.get(`${archive} ${resource}`) ?? 0;
    const possible = archives.filter((each) => kind.archives.includes(each));
    const [chosen] = possible.toSorted((left, right) => secondsIn(left) - secondsIn(right));
    if (chosen !== undefined) taken.set(`${chosen} ${resource}`, secondsIn(chosen) + secondsOf(kind));
    return chosen === to;
  });
}

const FAILPOINTS = FAILPOINT_STEPS.flatMap((step) =>
  (['before', 'after'] as const).map((moment) => ({ moment, step })),
);

/** A worker rarely lives for many calls: the group begins anew at each death. */
const MOST_CALLS = 2;
const MOST_VICTIMS = 4;

/** Deaths that come together, until there are enough: half of the victims have successors that die at a failpoint. */
function bursts(kills: number, chance: Chance): readonly Fault[] {
  const faults: Fault[] = [];
  const points = deck(FAILPOINTS, kills, chance)[Symbol.iterator]();
  for (let left = kills; left > 0;) {
    const victims = Math.min(left, chance.integer(1, MOST_VICTIMS));
    const armed = chance.integer(0, Math.min(victims, left - victims));
    const failpoints = Array.from({ length: armed }, (): Failpoint => {
      const { moment, step } = points.next().value ?? { moment: 'after', step: 'commit' };
      return { moment, step, call: chance.integer(1, MOST_CALLS) };
    });
    faults.push(kill(chance.integer(0, 3), victims, failpoints));
    left -= victims + armed;
  }
  return faults;
}

/**
 * SIGKILL of some workers at the same instant, at any point of their work.
 * @param first whom to begin with.
 * @param failpoints at which as many of their successors die.
 */
function kill(first: number, count: number, failpoints: readonly Failpoint[]): Fault {
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

/** So many cards of decks that are shuffled one after the other: each comes about as often as any other. */
export function deck<T>(cards: readonly T[], count: number, chance: Chance): readonly T[] {
  const dealt: T[] = [];
  while (cards.length > 0 && dealt.length < count) dealt.push(...shuffled(cards, chance));
  return dealt.slice(0, count);
}

/** Fisher and Yates. */
function shuffled<T>(cards: readonly T[], chance: Chance): readonly T[] {
  const left = [...cards];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(chance.integer(0, left.length - 1), 1));
  return order;
}
