import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { UsageEvent } from '@antenna/event-schema';
import { type Check, check } from './check.ts';
import { type KeyedRow, summarize } from './compare-rows.ts';
import { checkDeadLetterCounts, checkEveryRecord, checkFiles, checkWindows } from './proof.ts';
import { type StoredArchive, withArchive } from './stored/archive.ts';
import { type StoredTables, withTables } from './stored/tables.ts';
import { type Fact, Truth } from './truth.ts';

/** Where a worker has stored what it read. */
interface StreamPlace {
  readonly databaseUrl: string;
  /** Of an archive on this machine. */
  readonly archiveFolder: string;
}

/** Where workers prepare files. */
const STAGING_FOLDER = '.staging';

/**
 * Compares all that the speed layer has stored with what was sent: every row of the totals, every dead letter, every
 * event of the archive by its contents, the manifest with the files, that every offset below the positions is one of
 * these, once, and that nothing is left half done.
 * @returns each difference in words, after `totals`, `dead letters`, `manifest`, `archive`, `offsets` or `left over`.
 */
export async function streamDifferences(
  { databaseUrl, archiveFolder }: StreamPlace,
  sent: readonly { readonly fact: Fact }[],
): Promise<readonly string[]> {
  const checks = await withArchive(archiveFolder, (archive) =>
    withTables(databaseUrl, (tables) => streamChecks(tables, archive, sent)),
  );
  const staged = await readdir(join(archiveFolder, STAGING_FOLDER)).catch(() => []);
  const leftOver = check('', [], keyedTexts(staged));
  return Object.entries({ ...checks, 'left over in the staging folder': leftOver }).flatMap(
    ([what, { differences }]) => (differences.length === 0 ? [] : `${what}: ${summarize(differences, 5)}`),
  );
}

async function streamChecks(tables: StoredTables, archive: StoredArchive, sent: readonly { readonly fact: Fact }[]) {
  const truth = new Truth();
  for (const { fact } of sent) truth.addFact(fact);
  const archived = await archive.events();
  const deadLetters = { deadLetters: await tables.deadLetters(), deadLetterRanges: await tables.deadLetterRanges() };
  const events = sent.flatMap(({ fact }) => (typeof fact === 'string' ? [] : fact));
  const intents = await tables.openIntents();
  return {
    totals: checkWindows(truth, await tables.totals('bytes')),
    'dead letters': checkDeadLetterCounts(truth, deadLetters),
    manifest: checkFiles(await tables.manifest(), await archive.files()),
    archive: check('events of the archive', keyedEvents(events), keyedEvents(archived)),
    offsets: checkEveryRecord(await tables.countedRecords(), archived, deadLetters),
    'left over': check(
      'open intents',
      [],
      keyedTexts(intents.map(({ partition }) => `intent of partition ${partition}`)),
    ),
  } satisfies Record<string, Check>;
}

function keyedEvents(events: readonly UsageEvent[]): KeyedRow<boolean>[] {
  return keyedTexts(
    events.map(({ eventTimeMs, id, antennaId, bytes, app }) =>
      JSON.stringify([eventTimeMs, id, antennaId, bytes, app]),
    ),
  );
}

function keyedTexts(texts: readonly string[]): KeyedRow<boolean>[] {
  return texts.map((text) => [text, true]);
}
