import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inParallel, type RestoredArchive } from '@antenna/ingestion';
import { ArchiveError } from './archive-error.ts';
import { type ArchiveStore, isVisibleName, type ListedFile, type ReplaceableStore } from './archive-store.ts';
import { createDurableFolder } from './durable-folders.ts';
import { STAGING_FOLDER } from './local-store.ts';
import { type ArchiveOptions, openStore } from './open-event-archive.ts';
import { NEXT_FILE_WITHIN_MS, ParquetDecoder } from './parquet-threads.ts';
import { type ArchiveLocation, archiveUrlOf } from './settings/archive-url.ts';
import { StagingFolder } from './staging-folder.ts';

/** Folders that are listed at the same time. */
const LISTED_AT_A_TIME = 16;

interface Places {
  readonly archive: ArchiveLocation;
  /** Where the files go that leave the archive: another folder, bucket or prefix. */
  readonly aside: ArchiveLocation;
}

/** The archive for `speed-layer:settle-restore`, which alone takes files out of it. */
export class ReducibleArchive implements RestoredArchive {
  readonly #store: ReplaceableStore;
  readonly #aside: ArchiveStore;
  readonly #asideUrl: string;
  readonly #staging: StagingFolder;
  readonly #decoder = new ParquetDecoder(NEXT_FILE_WITHIN_MS);

  private constructor(store: ReplaceableStore, aside: ArchiveStore, asideUrl: string, staging: StagingFolder) {
    this.#store = store;
    this.#aside = aside;
    this.#asideUrl = asideUrl;
    this.#staging = staging;
  }

  /**
   * Creates a missing local folder for the files aside; a bucket must exist.
   * @throws {ArchiveError} ARCHIVE_REFUSED when one of the two places lies in the other one, whose readers would read
   * the files still.
   */
  static async open(
    { archive, aside }: Places,
    options: Pick<ArchiveOptions, 'emulatorUrl'> = {},
  ): Promise<ReducibleArchive> {
    const [url, asideUrl] = [archiveUrlOf(archive), archiveUrlOf(aside)];
    if (isWithin(url, asideUrl) || isWithin(asideUrl, url)) {
      throw new ArchiveError(
        'ARCHIVE_REFUSED',
        `files cannot be set aside at ${asideUrl} from an archive at ${url}: readers of the archive would find them there`,
      );
    }
    if (aside.kind === 'file') await createDurableFolder(aside.path);
    const staging = aside.kind === 'file' ? join(aside.path, STAGING_FOLDER) : join(tmpdir(), 'event-archive-staging');
    const [store, asideStore] = [await openStore(archive, options), await openStore(aside, options)];
    await store.checkReadable();
    return new ReducibleArchive(store, asideStore, asideUrl, await StagingFolder.open(staging));
  }

  async *folders(): AsyncGenerator<readonly ListedFile[]> {
    let level: readonly string[] = [''];
    while (level.length > 0) {
      const below: string[] = [];
      for (let from = 0; from < level.length; from += LISTED_AT_A_TIME) {
        const some = level.slice(from, from + LISTED_AT_A_TIME);
        const listings = await inParallel(some, LISTED_AT_A_TIME, (folder) => this.#store.list(folder));
        for (const [index, { files, folders }] of listings.entries()) {
          yield files;
          const names = folders.filter(isVisibleName);
          below.push(...names.map((name) => (some[index] === '' ? name : `${some[index] ?? ''}/${name}`)));
        }
      }
      level = below;
    }
  }

  /** The version is taken before the file is read: a file that is replaced in between has another one. */
  async read(path: string) {
    const version = await this.#store.versionOf(path);
    const { file, rows } = await this.#decoder.decodeFetched((folder) => this.#store.fetch(path, folder));
    return { ...file, path, version, rows };
  }

  async copyAside({ path, checksum }: { readonly path: string; readonly checksum: string }): Promise<void> {
    await this.#staging.using(async (folder) => {
      const fetched = await this.#store.fetch(path, folder);
      await this.#staging.using(async (staged) => {
        await copyFile(fetched, staged);
        if ((await checksumOf(staged)) !== checksum) throw this.#conflict(path, 'changed while it was copied');
        if (await this.#aside.publish(staged, path)) return;
      });
      if ((await checksumOf(await this.#aside.fetch(path, join(folder, 'aside')))) === checksum) return;
      throw this.#conflict(path, `is another file at ${this.#asideUrl}; choose another place for this restore`);
    });
  }

  async remove(path: string, version: string): Promise<void> {
    await this.#store.remove(path, version);
  }

  #conflict(path: string, fact: string): ArchiveError {
    return new ArchiveError('ARCHIVE_REFUSED', `${path} ${fact}; it was left in the archive`);
  }
}

async function checksumOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

function isWithin(url: string, outer: string): boolean {
  return `${url}/`.startsWith(`${outer}/`);
}
