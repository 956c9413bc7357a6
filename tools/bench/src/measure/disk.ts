import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LOOK_MS = 50;
/** What `blocks` of a file counts, whatever the file system's own blocks are. */
const BLOCK_BYTES = 512;

/** The most that files took on the disk at once, in bytes. */
interface DiskPeaks {
  readonly all: number;
  /** Those alone whose names match. */
  readonly matching: number;
}

export interface DiskWatch {
  /** As of now. */
  peaks(): DiskPeaks;
  /** Ends the watch. */
  stop(): DiskPeaks;
}

/**
 * Watches how much space the files in a folder and below it take, as Kubernetes does for the limit of a volume. It looks
 * every 50 ms, and does not know of files that are gone sooner.
 */
export function watchDisk(folder: string, name: RegExp): DiskWatch {
  let peaks: DiskPeaks = { all: 0, matching: 0 };
  const look = (): void => {
    const files = filesBelow(folder);
    const sum = (sizes: readonly { readonly bytes: number }[]) => sizes.reduce((total, { bytes }) => total + bytes, 0);
    peaks = {
      all: Math.max(peaks.all, sum(files)),
      matching: Math.max(peaks.matching, sum(files.filter((file) => name.test(file.name)))),
    };
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    peaks: () => peaks,
    stop() {
      clearInterval(timer);
      return peaks;
    },
  };
}

/** The files in a folder and below it, without those that are deleted while they are listed. */
function filesBelow(folder: string): readonly { readonly name: string; readonly bytes: number }[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => ({
        name,
        bytes: (statSync(join(parentPath, name), { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK_BYTES,
      }));
  } catch {
    return [];
  }
}
