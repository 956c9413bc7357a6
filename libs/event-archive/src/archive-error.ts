import { ProductError } from '@antenna/cli';

export type ArchiveErrorCode =
  /** The store does not answer, or reports that it is unavailable for now. */
  | 'ARCHIVE_UNAVAILABLE'
  /** The disk or quota is full. */
  | 'ARCHIVE_FULL'
  /** The store denies the operation, or cannot perform it. */
  | 'ARCHIVE_REFUSED'
  /** The bucket or folder does not exist. */
  | 'ARCHIVE_MISSING'
  | 'ARCHIVE_FILE_MISSING'
  /** Other writers laid the archive out so that a listing does not show which events count. */
  | 'ARCHIVE_LAYOUT'
  /** The file was not written by this product. */
  | 'ARCHIVE_FILE_UNREADABLE';

const PASSING: ReadonlySet<ArchiveErrorCode> = new Set(['ARCHIVE_UNAVAILABLE', 'ARCHIVE_FULL']);

/** An operation on the archive failed. Readers never see a partly written file. */
export class ArchiveError extends ProductError {
  readonly code: ArchiveErrorCode;
  /** Whether the same operation may succeed later without a change of settings. */
  readonly retryable: boolean;

  constructor(code: ArchiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = PASSING.has(code);
  }
}
