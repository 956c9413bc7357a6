/** Tells what does not hold in the schedule of these choices, or undefined. */
export type Judge = (choices: readonly number[]) => Promise<string | undefined>;

/** A failing schedule that is as simple as could be found. */
export interface Shrunk {
  readonly choices: readonly number[];
  readonly violation: string;
}

/**
 * Looks for simpler choices that fail, too: fewer of them, then smaller ones.
 * @param budget how many schedules are tried at most.
 */
export async function shrink(failing: Shrunk, judge: Judge, budget = 3_000): Promise<Shrunk> {
  let best = failing;
  let tries = 0;
  const attempt = async (choices: readonly number[]): Promise<boolean> => {
    if (tries >= budget) return false;
    tries += 1;
    const violation = await judge(choices);
    if (violation === undefined) return false;
    best = { choices, violation };
    return true;
  };
  for (let before = -1; before !== weight(best.choices) && tries < budget;) {
    before = weight(best.choices);
    await shorten(() => best.choices, attempt);
    await lower(() => best.choices, attempt);
  }
  return best;
}

type Attempt = (choices: readonly number[]) => Promise<boolean>;

/** Leaves blocks out, large ones first. */
async function shorten(current: () => readonly number[], attempt: Attempt): Promise<void> {
  for (let size = current().length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = current().length - size; start >= 0; start -= size) {
      await attempt([...current().slice(0, start), ...current().slice(start + size)]);
    }
  }
}

/** Makes single choices quieter. */
async function lower(current: () => readonly number[], attempt: Attempt): Promise<void> {
  for (let index = 0; index < current().length; index += 1) {
    const choice = current()[index] ?? 0;
    for (const smaller of new Set([0, choice >> 1, choice - 1])) {
      if (smaller >= 0 && smaller < choice && (await attempt(current().with(index, smaller)))) break;
    }
  }
}

/** What shrinking makes less of. */
function weight(choices: readonly number[]): number {
  return choices.reduce((sum, choice) => sum + choice, choices.length);
}
