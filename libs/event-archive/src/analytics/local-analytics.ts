import { renameSync, statSync } from 'node:fs';
import { copyFile, readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { AnalyticsRoot, CompactedHour, StoredCompaction } from '@antenna/hourly-batch';
import { inParallel } from '@antenna/ingestion';
import { hourFolder } from '@antenna/archive-format';
import { DurableFolders, syncFile, syncFolder } from '../durable-folders.ts';
import { codeOf, unreadable } from '../archive-error.ts';
import { localFailure } from '../local-failure.ts';
import { STAGING_FOLDER } from '../local-store.ts';
import { StagingFolder } from '../staging-folder.ts';
import { parseVersionPath, storedVersion, versionPath } from './compacted-path.ts';

const READ_AT_A_TIME = 8;

/** The analytics root in a local folder: rename(2) replaces a file atomically. */
export class LocalAnalytics implements AnalyticsRoot {
  readonly #root: string;
  readonly #staging: StagingFolder;
  readonly #folders: DurableFolders;

  private constructor(root: string, staging: StagingFolder) {
    this.#root = root;
    this.#staging = staging;
    this.#folders = new DurableFolders(root);
  }

  static async open(root: string): Promise<LocalAnalytics> {
    return new LocalAnalytics(root, await StagingFolder.open(join(root, STAGING_FOLDER)));
  }

  versions(hourMs?: number): Promise<readonly StoredCompaction[]> {
    return this.#explained('list', async () => {
      const paths = await this.#paths(hourMs === undefined ? '' : hourFolder(hourMs));
      const found = await inParallel(paths, READ_AT_A_TIME, (path) => this.#version(path));
      return found.filter((version) => version !== undefined);
    });
  }

  replace(localPath: string, version: CompactedHour, replaced: StoredCompaction | undefined): Promise<boolean> {
    const path = versionPath(version);
    return this.#explained(`store ${path}`, () =>
      this.#staging.using(async (staged) => {
        await copyFile(localPath, staged);
        await syncFile(staged);
        const folder = await this.#folders.ensure(dirname(path));
        const target = join(folder, basename(path));
        // Only a stop of this process can come between the check and the rename (docs/decisions/0007-compaction.md).
        if (tokenOf(target) !== replaced?.token) return false;
        renameSync(staged, target);
        await syncFolder(folder);
        return true;
      }),
    );
  }

  async #paths(folder: string): Promise<readonly string[]> {
    const entries = await readdir(join(this.#root, folder), { recursive: folder === '', withFileTypes: true }).catch(
      (error: unknown) => {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      },
    );
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(this.#root, join(parentPath, name)).replaceAll(sep, '/'))
      .filter((path) => parseVersionPath(path) !== undefined);
  }

  async #version(path: string): Promise<StoredCompaction | undefined> {
    const file = join(this.#root, path);
    // Taken before the file is read, so that a replacement in between is noticed by its other token.
    const token = tokenOf(file);
    if (token === undefined) return undefined;
    return storedVersion(path, await metadataOf(file), token);
  }

  async #explained<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw localFailure(`${operation} in ${this.#root}`, error);
    }
  }
}

function tokenOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.ino}-${found.mtimeNs}-${found.size}`;
}

/** The key-value metadata of a Parquet file. */
async function metadataOf(file: string): Promise<Readonly<Record<string, unknown>>> {
  const { default: parquet } = await import('@dsnp/parquetjs');
  try {
    const reader = await parquet.ParquetReader.openFile(file);
    try {
      return reader.getMetadata();
    } finally {
      await reader.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}
