import { ProductError } from '@antenna/cli';

export type ArchiveErrorCode =
  /** The store does not answer, or answers that it cannot now. */
  | 'ARCHIVE_UNAVAILABLE'
  /** No space left. */
  | 'ARCHIVE_FULL'
  /** We may not. */
  | 'ARCHIVE_REFUSED'
  /** There is no such bucket or folder. */
  | 'ARCHIVE_MISSING'
  | 'ARCHIVE_FILE_MISSING'
  /** Others wrote the archive in a way in which its listing does not tell which events count. */
  | 'ARCHIVE_LAYOUT'
  /** A file is none that this product writes. */
  | 'ARCHIVE_FILE_UNREADABLE';

const PASSING: ReadonlySet<ArchiveErrorCode> = new Set(['ARCHIVE_UNAVAILABLE', 'ARCHIVE_FULL']);

/** An operation on the archive failed. Nothing half-written is visible to readers. */
export class ArchiveError extends ProductError {
  readonly code: ArchiveErrorCode;
  /** Whether the same operation may succeed later without anybody changing a setting. */
  readonly retryable: boolean;

  constructor(code: ArchiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = PASSING.has(code);
  }
}
