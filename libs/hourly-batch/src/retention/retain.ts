import type { RaisedFloor, RemovalOutcome, RetentionKind, RetentionStore } from './ports.ts';

/** How many days rows are kept, by kind; kinds that are undefined are kept for ever. */
export type RetentionPolicy = Readonly<Record<RetentionKind, number | undefined>>;

export interface RetainOptions {
  /** Change nothing. */
  readonly dryRun: boolean;
  /** Drop an emptied table also if commits wait for seconds. */
  readonly mayWait: boolean;
}

/** What the retention of one kind of rows has done. */
export interface Retained extends RaisedFloor {
  readonly kind: RetentionKind;
  readonly days: number;
  readonly removals: readonly Removal[];
}

export interface Removal {
  readonly partition: string;
  readonly outcome: RemovalOutcome;
}

const KINDS: readonly RetentionKind[] = ['windows', 'hours'];

/**
 * Raises the floors and removes what lies below them (docs/commit-protocol.md, "Retention"). A partition that cannot be
 * removed now does not stop the removal of the others. A repeated call after a kill at any point goes on from there.
 */
export async function retain(
  store: RetentionStore,
  policy: RetentionPolicy,
  options: RetainOptions,
): Promise<readonly Retained[]> {
  const retained: Retained[] = [];
  for (const kind of KINDS) {
    const days = policy[kind];
    if (days === undefined) continue;
    const floor = await store.raiseFloor(kind, days, options.dryRun);
    retained.push({ ...floor, kind, days, removals: options.dryRun ? [] : await removeAll(store, kind, options) });
  }
  if (retained.some(({ removals }) => removals.some(isRemoved))) await store.analyze();
  return retained;
}

/** Whether all rows below the floor are removed; an empty table may be left. */
export function isRemoved({ outcome }: Removal): boolean {
  return outcome === 'removed' || outcome === 'emptied';
}

async function removeAll(store: RetentionStore, kind: RetentionKind, { mayWait }: RetainOptions): Promise<Removal[]> {
  const removals: Removal[] = [];
  for (const partition of await store.removable(kind)) {
    removals.push({ partition, outcome: await store.remove(partition, mayWait) });
  }
  return removals;
}
