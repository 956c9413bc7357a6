import { readFile } from 'node:fs/promises';
import { numberText, ProductError, textTable } from '@antenna/cli';
import type { ArchiveReader } from '@antenna/event-archive';
import {
  type Certificate,
  hourText,
  InvalidCertificateError,
  parseCertificate,
  type VerifiedCertificate,
  verifyCertificate,
} from '@antenna/hourly-batch';
import { parquetScanner } from './open-archive.ts';

/** The archive is not the one that a certificate describes. */
class CertificateDiffersError extends ProductError {
  readonly code = 'CERTIFICATE_DIFFERS';
}

/**
 * Reads a certificate from a file, as `certificate --output=json` has written it. A line break at its end is no part of
 * it: shells and editors add one.
 * @throws {InvalidCertificateError} when it cannot be read, or its content was edited.
 */
export async function readCertificate(path: string): Promise<Certificate> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new InvalidCertificateError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return parseCertificate(text.replace(/\r?\n$/, ''));
}

/**
 * Compares the hour's files in the archive with a certificate, without the database.
 * @param out gets the report.
 * @throws {CertificateDiffersError} naming every difference.
 */
export async function verifyAgainst(
  certificate: Certificate,
  archive: ArchiveReader,
  out: (text: string) => void,
): Promise<void> {
  const folder = { list: (hourMs: number) => archive.listHour(hourMs) };
  const verified = await verifyCertificate({ folder, scanner: parquetScanner(archive) }, certificate);
  out(`${reportText(certificate, verified)}\n`);
  if (verified.problems.length === 0) return;
  throw new CertificateDiffersError(
    `the archive differs from certificate ${certificate.number} of hour ${hourText(verified.hourMs)} in ` +
      `${verified.problems.length} places: ${verified.problems.join('; ')}`,
  );
}

function reportText({ number, hash, revision }: Certificate, { hourMs, files, problems }: VerifiedCertificate): string {
  const cells = [
    hourText(hourMs),
    String(number),
    String(revision),
    numberText(files.length),
    numberText(files.reduce((sum, { rows }) => sum + rows, 0)),
    numberText(files.reduce((sum, { eventBytes }) => sum + eventBytes, 0n)),
    problems.length === 0 ? 'as certified' : `${problems.length} problems`,
  ];
  const head = ['hour', 'certificate', 'revision', 'files', 'rows', 'bytes', 'verdict'];
  return [textTable(head, [cells]), `hash ${hash}`, ...problems].join('\n');
}
