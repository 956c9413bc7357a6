import { ONE_HOUR } from '@antenna/windowing';
import type { HourRange } from '../ports.ts';
import { type FileProblem, listingProblems } from '../select-inputs.ts';
import { verifyHour, type VerifyPorts } from '../verify-hour.ts';
import { unexplainedBytes } from './difference.ts';
import type { HourDifference, ReconciliationRecord, ReconciliationStore } from './ports.ts';

export interface ReconciliationPorts extends VerifyPorts {
  readonly reconciliation: ReconciliationStore;
}

/** An hour's difference and the problems of its files. */
export interface ReconciledHour extends HourDifference {
  /** Files that contradict the manifest: missing, unknown, of another size, or (if they were read) of other content. */
  readonly problems: readonly FileProblem[];
}

/** Hours from the first to before the last of a range, or single hours. */
export type HoursToReconcile = HourRange | readonly number[];

/**
 * Compares the layers hour by hour, and the archive's files with the manifest, and records the outcome.
 * @param readFiles whether files are read whole. Without it only their names and sizes are compared, which does not show
 * a file that was replaced by one of the same size.
 */
export async function reconcileHours(
  ports: ReconciliationPorts,
  hours: HoursToReconcile,
  { readFiles, onHour }: { readonly readFiles: boolean; readonly onHour?: () => void },
): Promise<readonly ReconciledHour[]> {
  const reconciled: ReconciledHour[] = [];
  for (const range of 'fromMs' in hours ? [hours] : hours.map(rangeOf)) {
    for (const difference of await ports.reconciliation.differences(range)) {
      reconciled.push({ ...difference, problems: await fileProblems(ports, difference.hourMs, readFiles) });
      onHour?.();
    }
  }
  await ports.reconciliation.record(reconciled.map(recordOf));
  return reconciled;
}

/** Whether every byte of the hour's difference has a cause and every file is as the manifest lists it. */
export function isReconciled(hour: ReconciledHour): boolean {
  const { unexplainedBytes: bytes, fileProblems: problems } = recordOf(hour);
  return bytes === 0n && problems === 0;
}

function recordOf({ hourMs, types, problems }: ReconciledHour): ReconciliationRecord {
  const bytes = types.reduce((sum, type) => sum + unexplainedBytes(type), 0n);
  return { hourMs, unexplainedBytes: bytes, fileProblems: problems.length };
}

async function fileProblems(
  ports: ReconciliationPorts,
  hourMs: number,
  readFiles: boolean,
): Promise<readonly FileProblem[]> {
  if (readFiles) return (await verifyHour(ports, hourMs)).problems;
  const before = await ports.store.readManifest(hourMs);
  const listed = await ports.folder.list(hourMs);
  return listingProblems({ before, listed, after: await ports.store.readManifest(hourMs) });
}

function rangeOf(hourMs: number): HourRange {
  return { fromMs: hourMs, toMs: hourMs + ONE_HOUR.sizeMs };
}
