import { DECODER_VERSION } from '@antenna/event-schema';
import { archivePath, type EventColumns, firstDifference, parseArchivePath } from '@antenna/archive-format';
import { archivedFile } from './archived-file.ts';
import { inParallel } from './in-parallel.ts';
import type { SealedChunk } from './partition-archive.ts';
import type { ArchivedFile, EventArchive, PositionStore } from '../ports/index.ts';

/**
 * Files of a chunk that are created at the same time. Devices with wrong clocks can split a chunk into 1,000 small
 * files, and each file takes a request: at 100 ms a request, 100 s one after the other, and 2 s fifty at a time.
 */
const FILES_AT_A_TIME = 50;

/** Runs one step and repeats it while it fails for a transient reason. */
export type Step = <T>(name: string, operation: () => Promise<T>) => Promise<T>;

interface PlannedFile {
  readonly path: string;
  readonly hourMs: number;
}

/**
 * Writes a chunk: intent, files, manifest (docs/commit-protocol.md, "Archive"). A crash between any two steps leaves an
 * intent from which the partition's next owner writes exactly the same chunk.
 * @throws {ArchiveConflictError} when a file that exists does not hold the chunk's rows.
 */
export async function writeChunk(
  chunk: SealedChunk,
  { topic, store, archive, step }: { topic: string; store: PositionStore; archive: EventArchive; step: Step },
): Promise<readonly ArchivedFile[]> {
  const planned = plan(topic, chunk);
  if (chunk.intent !== undefined) refuseAnotherPlan(chunk, planned);
  else if (planned.length > 0) await step('record intent', () => store.recordIntent(intentOf(chunk, planned)));
  const files = await inParallel(planned, FILES_AT_A_TIME, (file) => {
    const rows = chunk.events.take(file.hourMs);
    return step('write file', () => createOrAdopt(archive, file, rows));
  });
  await step('complete chunk', () => store.completeChunk(completionOf(chunk, files)));
  return files;
}

function plan(topic: string, chunk: SealedChunk): readonly PlannedFile[] {
  if (chunk.events.rows === 0) return [];
  const { partition, startOffset, endOffset } = chunk;
  const generation = generationOf(chunk);
  const files = chunk.events.hours().map((hourMs) => ({
    path: archivePath({ topic, partition, generation, startOffset, endOffset, hourMs }),
    hourMs,
  }));
  return files.sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** A redone intent keeps its file names, even if a truncation was acknowledged since and raised the generation. */
function generationOf({ intent, generation }: SealedChunk): number {
  const [path] = intent?.paths ?? [];
  return path === undefined ? generation : (parseArchivePath(path)?.generation ?? 0);
}

function refuseAnotherPlan(chunk: SealedChunk, planned: readonly PlannedFile[]): void {
  const intended = chunk.intent?.paths ?? [];
  if (intended.length === planned.length && planned.every(({ path }, index) => path === intended[index])) return;
  throw new ArchiveConflictError(
    `offsets ${chunk.startOffset} to ${chunk.endOffset} of partition ${chunk.partition} now give ` +
      `${planned.length} files where ${intended.length} were intended (decoder ${chunk.intent?.decoderVersion ?? 0} ` +
      `then, ${DECODER_VERSION} now): finish the intent with the version of this program that recorded it`,
  );
}

async function createOrAdopt(archive: EventArchive, planned: PlannedFile, rows: EventColumns): Promise<ArchivedFile> {
  const { path, hourMs } = planned;
  const created = await archive.create(path, rows);
  return created === undefined ? adopt(archive, planned, rows) : archivedFile(path, hourMs, created, rows);
}

/**
 * Only an owner of the same intent can have created a file of that name: other rows in it are a conflict, but for ids that
 * an erasure has removed, whose record a restore of the database has undone.
 */
async function adopt(
  archive: EventArchive,
  { path, hourMs }: PlannedFile,
  planned: EventColumns,
): Promise<ArchivedFile> {
  const { file, rows } = await archive.read(path);
  const difference = firstDifference(planned, rows);
  if (difference === undefined) return archivedFile(path, hourMs, file, rows);
  throw new ArchiveConflictError(
    `${path} exists and holds ${difference}; it is never overwritten: find out who wrote it, and move it away`,
  );
}

function intentOf(chunk: SealedChunk, planned: readonly PlannedFile[]) {
  const { partition, epoch, startOffset, endOffset, fingerprint } = chunk;
  const paths = planned.map(({ path }) => path);
  return { partition, epoch, startOffset, endOffset, decoderVersion: DECODER_VERSION, paths, fingerprint };
}

function completionOf(chunk: SealedChunk, files: readonly ArchivedFile[]) {
  const { partition, epoch, startOffset, endOffset, fingerprint, intent } = chunk;
  return {
    move: { partition, epoch, from: startOffset, to: endOffset, fingerprint, greatestEventTimeMs: undefined },
    decoderVersion: DECODER_VERSION,
    files,
    hasIntent: intent !== undefined || files.length > 0,
  };
}

/** A file of the archive does not hold the rows of its chunk. */
export class ArchiveConflictError extends Error {
  readonly code = 'ARCHIVE_CONFLICT';
  override readonly name = 'ArchiveConflictError';
}
