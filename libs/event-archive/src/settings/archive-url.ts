import { isAbsolute, resolve } from 'node:path';
import type { SettingType } from '@antenna/cli';
import * as z from 'zod';

/** Location of the archive: a local folder or a bucket with a prefix. */
export type ArchiveLocation =
  | { readonly kind: 'file'; /** Absolute. */ readonly path: string }
  | {
      readonly kind: 'gs';
      readonly bucket: string;
      /** Without slashes at its ends; may be empty. */ readonly prefix: string;
    };

const bucketName = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

const schema = z.string().transform((text, context): ArchiveLocation => {
  const location = text.startsWith('gs://') ? bucketLocation(text) : fileLocation(text);
  if (typeof location !== 'string') return location;
  context.addIssue(location);
  return z.NEVER;
});

/** `file:` with an absolute path or one relative to the working directory, taken literally; or `gs://bucket/prefix`. */
export const archiveUrl: SettingType<ArchiveLocation> = {
  placeholder: '<url>',
  allowed: 'file:path, file:///absolute/path, gs://bucket or gs://bucket/prefix',
  schema,
};

/** The canonical URL of a location: equal locations have equal URLs. */
export function archiveUrlOf(location: ArchiveLocation): string {
  if (location.kind === 'file') return `file://${location.path}`;
  return `gs://${location.bucket}${location.prefix === '' ? '' : `/${location.prefix}`}`;
}

function fileLocation(text: string): ArchiveLocation | string {
  if (!text.startsWith('file:')) return 'it begins neither with file: nor with gs://';
  const path = text.slice('file:'.length);
  if (path === '' || path.includes('\0')) return 'the path is missing';
  if (!path.startsWith('//')) return { kind: 'file', path: resolve(path) };
  const absolute = path.slice('//'.length);
  return isAbsolute(absolute) ? { kind: 'file', path: resolve(absolute) } : 'file:// needs an absolute path';
}

function bucketLocation(text: string): ArchiveLocation | string {
  const [bucket = '', ...folders] = text.slice('gs://'.length).replace(/\/$/, '').split('/');
  if (!bucketName.test(bucket)) return 'the name of the bucket is not valid';
  const isOdd = folders.some((folder) => ['', '.', '..'].includes(folder) || /[\p{Cc}#?*[\]]/u.test(folder));
  return isOdd ? 'the prefix is not valid' : { kind: 'gs', bucket, prefix: folders.join('/') };
}
