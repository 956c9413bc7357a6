import type { HourFolder, HourStore, ListedFile } from '../ports.ts';
import type { EventFinder, ExplanationStore, FoundEvents, StoredTotal, TotalKey } from './ports.ts';

export interface ExplanationPorts {
  readonly explanations: ExplanationStore;
  readonly store: Pick<HourStore, 'readManifest'>;
  readonly folder: Pick<HourFolder, 'list'>;
  readonly finder: EventFinder;
}

/** A total, and everything from which it came. */
export interface Explanation extends FoundEvents {
  readonly key: TotalKey;
  readonly stored: StoredTotal;
  /** The archive's files of the hour. */
  readonly files: readonly ListedFile[];
  /** True when no manifest lists the archive's files. */
  readonly isForeign: boolean;
}

/**
 * Explains a total: windows, hour, what is recorded about it, and the archived events. Database and archive are read one
 * after the other, so that events which are archived meanwhile may be in the files and not yet in the result.
 * @param mostEvents how many events the explanation lists, the earliest first.
 */
export async function explainTotal(ports: ExplanationPorts, key: TotalKey, mostEvents: number): Promise<Explanation> {
  const stored = await ports.explanations.explain(key);
  const { isForeign, files: listed } = await ports.store.readManifest(key.hourMs);
  const files = isForeign ? await ports.folder.list(key.hourMs) : listed;
  const found = files.length === 0 ? { groups: [], events: [] } : await ports.finder.find(key, files, mostEvents);
  return { key, stored, files, isForeign, ...found };
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
