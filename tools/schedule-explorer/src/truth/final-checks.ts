import { requireCurrent } from '../world/batch-run.ts';
import { requireDeadLetters } from './dead-letters.ts';
import { ExpectedTotals } from './expected-totals.ts';
import { Violation } from './violation.ts';
import type { World } from '../world/world.ts';

/**
 * Invariants that hold at the end of every schedule.
 * @throws {Violation} when it does not.
 */
export function checkEnd(world: World): void {
  checkFiles(world);
  checkCompleteness(world);
  checkArchivedEvents(world);
  for (const run of world.batchRuns) run.finish();
  for (const hourMs of world.hours.all) requireCurrent(hourMs, world);
  for (const hourMs of world.hours.dirty) world.startBatchRun(hourMs).finish();
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

/** The totals, the user hours and the dead letters are those of the whole topic. */
function checkCompleteness({ partitions, ledger, store }: World): void {
  const expected = new ExpectedTotals();
  for (const partition of partitions) {
    expected.addRange(partition, 0, partition.end, (offset) => ledger.isGivenUp('totals', partition.number, offset));
    for (const sink of ['totals', 'archive'] as const) {
      const reached = ledger.reached(sink, partition.number);
      if (reached !== partition.end) throw new Violation(`${sink} of partition ${partition.number} ends at ${reached}`);
    }
  }
  if (store.intents.size > 0) throw new Violation('an intent is open');
  requireEqual('totals', expected.totals, ledger.totals);
  requireEqual('user hours', expected.userHours, ledger.userHours);
  requireDeadLetters(expected.deadLetters, [...ledger.deadLetters], [...store.deadLetterRanges.values()]);
}

/** Whoever reads all listed files sees every event of the topic once, but for those that were given up. */
function checkArchivedEvents({ archive, store, partitions, ledger }: World): void {
  const seen = partitions.map(() => new Set<number>());
  for (const { path } of store.manifest.values()) {
    const { rows } = archive.read(path);
    const ofPartition = seen[rows.partition];
    for (const offset of rows.offset) {
      if (ofPartition?.has(offset) === true) throw new Violation(`event ${rows.partition}/${offset} is archived twice`);
      ofPartition?.add(offset);
    }
  }
  for (const partition of partitions) {
    const { number } = partition;
    for (const { offset, known } of partition.known(0, partition.end)) {
      const isSeen = seen[number]?.delete(offset) === true;
      if (isSeen || known.fate.kind !== 'event' || ledger.isGivenUp('archive', number, offset)) continue;
      throw new Violation(`event ${number}/${offset} is not archived`);
    }
  }
  const [other] = seen.flatMap((offsets, number) => [...offsets].map((offset) => `${number}/${offset}`));
  if (other !== undefined) throw new Violation(`${other} is archived without having been committed`);
}

function requireEqual<T>(what: string, expected: ReadonlyMap<string, T>, actual: ReadonlyMap<string, T>): void {
  for (const [key, value] of expected) {
    if (actual.get(key) !== value)
      throw new Violation(`${what}: ${key} is ${String(actual.get(key))}, not ${String(value)}`);
  }
  if (actual.size !== expected.size) throw new Violation(`${what}: ${actual.size} rows instead of ${expected.size}`);
}
