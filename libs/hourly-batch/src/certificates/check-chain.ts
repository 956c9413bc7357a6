import type { CertificateReference } from '../ports.ts';
import { hourText } from '../errors.ts';
import {
  type CertificateHead,
  type Certificate,
  certifiedHourMs,
  InvalidCertificateError,
  parseCertificate,
  type StoredCertificate,
} from './certificate.ts';

export interface CheckedChain {
  readonly certificates: number;
  readonly head: CertificateHead;
  /** Sentences; empty when every hash and every link holds. */
  readonly problems: readonly string[];
}

/**
 * Checks a whole chain: each certificate has the hash that it names and the number after the one before it, names that
 * one's hash, and the certificate of the same hour that it replaces; the last one is the head.
 */
export async function checkChain(
  certificates: AsyncIterable<StoredCertificate>,
  head: CertificateHead,
): Promise<CheckedChain> {
  const problems: string[] = [];
  const newestOfHour = new Map<number, CertificateReference>();
  let before: CertificateReference | undefined;
  let number = 0;
  for await (const stored of certificates) {
    number += 1;
    problems.push(...missing(before?.number ?? 0, stored.number), ...problemsOf(stored, before, newestOfHour));
    before = { number: stored.number, hash: stored.hash };
    newestOfHour.set(stored.hourMs, before);
  }
  return { certificates: number, head, problems: [...problems, ...endProblems(before, head)] };
}

function missing(before: number, next: number): string[] {
  if (next === before + 1) return [];
  const [first, last] = [before + 1, next - 1];
  return [first === last ? `certificate ${first} is missing` : `certificates ${first} to ${last} are missing`];
}

function endProblems(last: CertificateReference | undefined, head: CertificateHead): string[] {
  const { number, hash } = last ?? { number: 0, hash: undefined };
  if (number < head.number) return missing(number, head.number + 1);
  if (number === head.number && hash === head.hash) return [];
  return [`the chain ends with certificate ${number}, and its head names ${head.number}`];
}

function problemsOf(
  stored: StoredCertificate,
  before: CertificateReference | undefined,
  newestOfHour: ReadonlyMap<number, CertificateReference>,
): string[] {
  try {
    const certificate = parseCertificate(stored.content);
    return [
      ...rowContradictions(stored, certificate),
      ...linkProblem(stored, 'names as the one before it', certificate.previous, before),
      ...linkProblem(stored, 'says that it replaces', certificate.replaces, newestOfHour.get(stored.hourMs)),
    ];
  } catch (error) {
    if (!(error instanceof InvalidCertificateError)) throw error;
    return [`${nameOf(stored)}: ${error.message}`];
  }
}

function rowContradictions(stored: StoredCertificate, certificate: Certificate): string[] {
  const { number, hash, hourMs } = stored;
  const isOfRow = certificate.number === number && certificate.hash === hash && certifiedHourMs(certificate) === hourMs;
  return isOfRow
    ? []
    : [
        `${nameOf(stored)}: its content is that of certificate ${certificate.number} of hour ` +
          `${hourText(certifiedHourMs(certificate))} with the hash ${certificate.hash}`,
      ];
}

function linkProblem(
  stored: StoredCertificate,
  what: string,
  named: CertificateReference | null,
  found: CertificateReference | undefined,
): string[] {
  if (named?.number === found?.number && named?.hash === found?.hash) return [];
  return [`${nameOf(stored)} ${what} ${referenceText(named)}, where the chain has ${referenceText(found)}`];
}

function referenceText(reference: CertificateReference | null | undefined): string {
  return reference == null ? 'none' : `certificate ${reference.number} (${reference.hash})`;
}

function nameOf({ number, hourMs }: StoredCertificate): string {
  return `certificate ${number} of hour ${hourText(hourMs)}`;
}
