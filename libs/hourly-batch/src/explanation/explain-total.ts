import type { HourFolder, HourStore, ListedFile } from '../ports.ts';
import type { EventFinder, EventGroup, ExplanationStore, StoredTotal, TotalKey } from './ports.ts';

export interface ExplanationPorts {
  readonly explanations: ExplanationStore;
  readonly store: Pick<HourStore, 'readManifest'>;
  readonly folder: Pick<HourFolder, 'list'>;
  readonly finder: EventFinder;
}

/** A total, and everything from which it came. */
export interface Explanation {
  readonly key: TotalKey;
  readonly stored: StoredTotal;
  /** The archive's files of the hour. */
  readonly files: readonly ListedFile[];
  /** True when no manifest lists the archive's files. */
  readonly isForeign: boolean;
  /** The archived events of the total, by file and window. */
  readonly groups: readonly EventGroup[];
}

/**
 * Explains a total: windows, hour, what is recorded about it, and the archived events. Database and archive are read one
 * after the other, so that events which are archived meanwhile may be in the files and not yet in the result.
 */
export async function explainTotal(ports: ExplanationPorts, key: TotalKey): Promise<Explanation> {
  const stored = await ports.explanations.explain(key);
  const { isForeign, files: listed } = await ports.store.readManifest(key.hourMs);
  const files = isForeign ? await ports.folder.list(key.hourMs) : listed;
  const groups = files.length === 0 ? [] : await ports.finder.groups(key, files);
  return { key, stored, files, isForeign, groups };
}

/** Whether nothing at all is stored of the total. */
export function isUnknown({ stored, groups }: Explanation): boolean {
  return (
    stored.windows.length === 0 &&
    stored.hourBytes === undefined &&
    stored.corrections.length === 0 &&
    stored.quotaEvents.length === 0 &&
    groups.length === 0
  );
}
