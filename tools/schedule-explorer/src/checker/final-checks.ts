import { requireCurrent } from '../world/batch-run.ts';
import { ExpectedTotals } from './expected-totals.ts';
import { Violation } from './violation.ts';
import { SINKS } from '../world/simulated-positions.ts';
import type { World } from '../world/world.ts';

/**
 * Invariants that hold at the end of every schedule.
 * @throws {Violation} when one does not.
 */
export function checkEnd(world: World): void {
  checkFiles(world);
  checkCompleteness(world);
  checkTotals(world);
  for (const run of world.batchRuns) run.finish();
  world.retentionRun?.finish();
  world.store.retention.requireRemoved();
  for (const hourMs of world.hours.all) requireCurrent(hourMs, world);
  const isAsked = (hourMs: number) => world.hours.dirty.includes(hourMs) || hourMs < world.hours.floorMs;
  for (const hourMs of world.hours.all.filter(isAsked)) world.startBatchRun(hourMs).finish();
  const [dirty] = world.hours.dirty;
  if (dirty !== undefined) throw new Violation(`hour ${new Date(dirty).toISOString()} is dirty after its run`);
}

/** No file but those that are listed, or that an open intent is going to list; each as it was listed. */
function checkFiles({ archive, store }: World): void {
  for (const [path, { file }] of archive.files) {
    const listed = store.manifest.get(path);
    if (listed === undefined && !store.isIntended(path)) throw new Violation(`${path} exists and is not listed`);
    if (listed !== undefined && listed.checksum !== file.checksum) throw new Violation(`${path} was overwritten`);
  }
  const missing = [...store.manifest.keys()].find((path) => !archive.files.has(path));
  if (missing !== undefined) throw new Violation(`${missing} is listed and does not exist`);
}

/**
 * Checks that each sink has taken every record of the topic, or every record before the move if the stream has moved to
 * another topic. Records that an operator has given up may be missing.
 */
function checkCompleteness({ partitions, ledger, store }: World): void {
  for (const partition of partitions) {
    for (const sink of SINKS) {
      const reached = ledger.reached(sink, partition.number);
      const end = ledger.cutOf(partition.number) ?? partition.end;
      if (reached !== end) throw new Violation(`${sink} of partition ${partition.number} ends at ${reached}`);
      const missing = partition.known(0, end).find((record) => {
        const isNeeded = sink === 'totals' || record.known.fate.kind === 'event';
        return isNeeded && !ledger.taken[sink].has(record) && !ledger.isGivenUp(sink, record);
      });
      if (missing !== undefined) throw new Violation(`${sink} lacks ${partition.number}@${missing.offset}`);
    }
  }
  if (store.intents.size > 0) throw new Violation('an intent is open');
}

/** The totals are the sums of all records that were counted, each once, including those that the log has lost since. */
function checkTotals({ ledger }: World): void {
  const expected = new ExpectedTotals();
  expected.add(0, [...ledger.taken.totals.keys()]);
  requireEqual('totals', expected.totals, ledger.totals);
  requireEqual('user hours', expected.userHours, ledger.userHours);
}

function requireEqual<T>(what: string, expected: ReadonlyMap<string, T>, actual: ReadonlyMap<string, T>): void {
  for (const [key, value] of expected) {
    if (actual.get(key) !== value)
      throw new Violation(`${what}: ${key} is ${String(actual.get(key))}, not ${String(value)}`);
  }
  if (actual.size !== expected.size) throw new Violation(`${what}: ${actual.size} rows instead of ${expected.size}`);
}
