import {
  ERASED_ID,
  type EventColumns,
  firstDifference,
  rowsOf,
  sumOfBytes,
  withoutUser,
} from '@antenna/archive-format';
import { ArchiveContentError } from '../errors.ts';
import {
  type ErasableArchive,
  type ErasableFile,
  type ErasureManifest,
  type FileVersion,
  type Replacement,
  ReplacementRefusedError,
  type RewrittenFile,
} from './ports.ts';

interface RewritePorts {
  readonly manifest: Pick<ErasureManifest, 'propose' | 'settle' | 'withdraw'>;
  readonly archive: ErasableArchive;
}

export interface Erasure {
  readonly userId: string;
  /** Number of the erasure. */
  readonly erasure: number;
  /** Whether files that erasures have rewritten are accepted, though the manifest has forgotten it in a restore. */
  readonly afterRestore: boolean;
}

/**
 * `changed`: file or manifest are not what was read, so the manifest must be read again. `unneeded`: the file is the one
 * that the manifest lists, and does not hold the user.
 */
export type Rewriting = { readonly events: number } | 'changed' | 'unneeded';

/**
 * Replaces a file by one without the user, in three steps: announce, replace, settle (docs/commit-protocol.md,
 * "Erasure"). A file that a killed erasure has left between the steps is replaced again, even without the user in it:
 * the manifest then lists it, and a frozen process of the former erasure cannot replace it any more when it wakes.
 * @returns the number of events that lost their id, or why the file was not replaced.
 * @throws {ArchiveContentError} without a change, when the file or its replacement does not hold what the manifest says.
 */
export async function rewriteFile(
  { manifest, archive }: RewritePorts,
  file: ErasableFile,
  { userId, erasure, afterRestore }: Erasure,
): Promise<Rewriting> {
  const former = await archive.read(file.path);
  const isListed = former.checksum === file.checksum;
  const isRestored = afterRestore && rowsOf(former.rows, ERASED_ID) > 0;
  if (!isListed && !isRestored && !file.replacements.includes(former.checksum)) return 'changed';
  if (isListed && file.replacements.length === 0 && rowsOf(former.rows, userId) === 0) return 'unneeded';
  refuseOtherRows(file, former);
  const rows = withoutUser(former.rows, userId);
  return archive.rewrite(former, rows, async (rewritten) => {
    refuseDifference(file, rows, rewritten.rows);
    const replacement = {
      ...{ path: file.path, erasure, listedChecksum: file.checksum, foundChecksum: former.checksum, isRestored },
      ...{ checksum: rewritten.checksum, sizeBytes: rewritten.sizeBytes, erasedEvents: rowsOf(rows, ERASED_ID) },
    };
    const isDone =
      (await manifest.propose(replacement)) &&
      (await replaced(manifest, replacement, rewritten)) &&
      (await manifest.settle(replacement));
    return isDone ? { events: rowsOf(former.rows, userId) } : 'changed';
  });
}

/** What the store refuses must not stay announced: no result of the hour would be accepted. */
async function replaced(
  manifest: Pick<ErasureManifest, 'withdraw'>,
  replacement: Replacement,
  file: RewrittenFile,
): Promise<boolean> {
  try {
    return await file.replace();
  } catch (error) {
    if (!(error instanceof ReplacementRefusedError)) throw error;
    await manifest.withdraw(replacement);
    throw error.cause;
  }
}

function refuseOtherRows({ path, rows, eventBytes }: ErasableFile, former: FileVersion): void {
  const found = sumOfBytes(former.rows);
  if (former.rows.rows === rows && found === eventBytes) return;
  throw new ArchiveContentError(
    `${path} has ${former.rows.rows} rows with ${found} bytes, the manifest lists ${rows} with ${eventBytes}; it was not ` +
      'replaced',
  );
}

/** The former file is gone afterwards, so the new one must hold every row, and no other id may have become empty. */
function refuseDifference({ path }: ErasableFile, expected: EventColumns, written: EventColumns): void {
  const isOther = rowsOf(expected, ERASED_ID) !== rowsOf(written, ERASED_ID);
  const difference = isOther ? 'other erased rows' : firstDifference(expected, written);
  if (difference === undefined) return;
  throw new ArchiveContentError(`the replacement of ${path} was written with ${difference}; the file was not replaced`);
}
