import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Bucket, File } from '@google-cloud/storage';
import retry from 'p-retry';
import { ArchiveError } from './archive-error.ts';
import {
  type CheckedStore,
  isVisibleName,
  type Listing,
  refuseOutside,
  type ReplaceableStore,
} from './archive-store.ts';
import { lookForCredentialsAgain } from './gcs-credentials.ts';
import { downloadObject } from './gcs-download.ts';
import { gcsFailure, httpStatusOf } from './gcs-failure.ts';
import { createObject, PRECONDITION_FAILED, replaceObject } from './gcs-bucket.ts';
import { type ServerAccess, withDeadline } from './gcs-request.ts';

/** Retries here bridge short failures, so that a file need not be encoded again; callers wait for longer ones. */
const TRIES = { retries: 3, minTimeout: 200, maxRetryTime: 20_000, randomize: true };

/** Only the erasure of a person replaces objects, and only the settlement of a restored database removes some. */
const RIGHTS_TO_REPLACE = 'roles/storage.objectUser';

export interface GcsStoreOptions {
  /** Without slashes at either end; may be empty. */
  readonly prefix: string;
  /** How long one request may take; an upload or a download may only be silent for so long (milliseconds). */
  readonly timeoutMs: number;
  /** Whether requests carry credentials: to Google's server, but not to an emulator. */
  readonly isAuthorized: boolean;
}

/** An archive in a bucket of Google Cloud Storage. */
export class GcsStore implements CheckedStore, ReplaceableStore {
  readonly #bucket: Bucket;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #isAuthorized: boolean;

  constructor(bucket: Bucket, { prefix, timeoutMs, isAuthorized }: GcsStoreOptions) {
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#timeoutMs = timeoutMs;
    this.#isAuthorized = isAuthorized;
  }

  /**
   * Fetches credentials first: without any, the client would go on and report a private bucket or a missing network.
   */
  async checkReadable(): Promise<void> {
    await this.#tried('list', this.#prefix, async () => {
      const { authClient } = this.#bucket.storage;
      if (this.#isAuthorized) await withDeadline(this.#timeoutMs, () => authClient.getRequestHeaders());
      const query = { prefix: this.#probe.name, maxResults: 1, autoPaginate: false };
      await withDeadline(this.#timeoutMs, () => this.#bucket.getFiles(query));
    });
  }

  /**
   * Checks that the bucket is readable and permits new objects. It creates none: an upload session without bytes leaves
   * nothing.
   * @throws {ArchiveError} when the bucket does not answer, is missing, or denies the creation.
   */
  async checkWritable(): Promise<void> {
    await this.checkReadable();
    const upload = { preconditionOpts: { ifGenerationMatch: 0 } };
    await this.#tried('create objects in', this.#prefix, async () => {
      await withDeadline(this.#timeoutMs, () => this.#probe.createResumableUpload(upload));
    });
  }

  async publish(preparedFile: string, path: string): Promise<boolean> {
    const name = this.#nameOf(path);
    const bytes = await readFile(preparedFile);
    return this.#tried('create', name, () => createObject(this.#bucket, { name, bytes, ...this.#access }));
  }

  exists(path: string): Promise<boolean> {
    const name = this.#nameOf(path);
    return this.#tried('look for', name, async () => {
      const [exists] = await withDeadline(this.#timeoutMs, () => this.#bucket.file(name).exists());
      return exists;
    });
  }

  list(folder: string): Promise<Listing> {
    const prefix = folder === '' ? this.#prefix : `${this.#nameOf(folder)}/`;
    return this.#tried('list', prefix, async () => {
      const { objects, prefixes } = await this.#listed(prefix);
      const files = objects
        .map((object) => ({ name: object.name.slice(prefix.length), sizeBytes: Number(object.metadata.size) }))
        .filter(({ name }) => isVisibleName(name))
        .map(({ name, sizeBytes }) => ({ path: posix.join(folder, name), sizeBytes }))
        .sort((left, right) => (left.path < right.path ? -1 : 1));
      return { files, folders: prefixes.map((each) => each.slice(prefix.length, -1)).sort() };
    });
  }

  /** The objects and prefixes directly below a prefix. */
  async #listed(prefix: string): Promise<{ readonly objects: readonly File[]; readonly prefixes: readonly string[] }> {
    const objects: File[] = [];
    const prefixes: string[] = [];
    let pageToken: string | undefined;
    do {
      const query = { prefix, delimiter: '/', autoPaginate: false, ...(pageToken === undefined ? {} : { pageToken }) };
      const [page, next, answer] = await withDeadline(this.#timeoutMs, () => this.#bucket.getFiles(query));
      objects.push(...page);
      prefixes.push(...((answer as { readonly prefixes?: readonly string[] }).prefixes ?? []));
      pageToken = (next as { readonly pageToken?: string } | null)?.pageToken;
    } while (pageToken !== undefined);
    return { objects, prefixes };
  }

  fetch(path: string, localFolder: string): Promise<string> {
    const name = this.#nameOf(path);
    const localFile = join(localFolder, path);
    return this.#tried('read', name, async () => {
      await downloadObject(this.#bucket, { name, localFile, ...this.#access }).catch((error: unknown) => {
        throw httpStatusOf(error) === 404 ? this.#missing(path) : error;
      });
      return localFile;
    });
  }

  versionOf(path: string): Promise<string> {
    const name = this.#nameOf(path);
    return this.#tried('look for', name, async () => {
      const request = withDeadline(this.#timeoutMs, () => this.#bucket.file(name).getMetadata());
      const [{ generation }] = await request.catch((error: unknown) => {
        throw httpStatusOf(error) === 404 ? this.#missing(path) : error;
      });
      return String(generation);
    });
  }

  /** The service account needs the right to delete: to replace an object is to delete its former generation. */
  async replace(preparedFile: string, path: string, version: string): Promise<boolean> {
    const name = this.#nameOf(path);
    const bytes = await readFile(preparedFile);
    return this.#tried('replace', name, () => replaceObject(this.#bucket, { name, bytes, ...this.#access }, version));
  }

  /** The version is looked at, too, since servers that stand in for Google's ignore the precondition of a deletion. */
  remove(path: string, version: string): Promise<boolean> {
    const name = this.#nameOf(path);
    return this.#tried('remove', name, async () => {
      const object = this.#bucket.file(name);
      try {
        const [{ generation }] = await withDeadline(this.#timeoutMs, () => object.getMetadata());
        if (String(generation) !== version) return false;
        await withDeadline(this.#timeoutMs, () => object.delete({ ifGenerationMatch: version }));
        return true;
      } catch (error) {
        if ([404, PRECONDITION_FAILED].includes(httpStatusOf(error) ?? 0)) return false;
        throw error;
      }
    });
  }

  get #access(): ServerAccess {
    return { isAuthorized: this.#isAuthorized, idleMs: this.#timeoutMs };
  }

  /** An object name that readers ignore and no file of the archive has. */
  get #probe(): File {
    return this.#bucket.file(`${this.#prefix}.staging/probe`);
  }

  #nameOf(path: string): string {
    refuseOutside(path);
    return `${this.#prefix}${path}`;
  }

  #missing(path: string): ArchiveError {
    const place = `gs://${this.#bucket.name}/${this.#prefix}`;
    return new ArchiveError('ARCHIVE_FILE_MISSING', `${path} is not in ${place}: it was removed or moved`);
  }

  #tried<T>(operation: string, name: string, work: () => Promise<T>): Promise<T> {
    const explained = () =>
      work().catch((error: unknown) => {
        const rights = ['replace', 'remove'].includes(operation) ? { rights: RIGHTS_TO_REPLACE } : {};
        throw gcsFailure({ name: operation, url: `gs://${this.#bucket.name}/${name}`, ...rights }, error);
      });
    return retry(explained, {
      ...TRIES,
      shouldRetry: ({ error }) => error instanceof ArchiveError && error.retryable,
      onFailedAttempt: () => {
        lookForCredentialsAgain(this.#bucket);
      },
    });
  }
}
