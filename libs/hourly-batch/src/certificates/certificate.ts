import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { CertificateReference } from '../ports.ts';

const count = z.int().nonnegative();
const bytes = z.string().regex(/^\d+$/, 'not a number of bytes');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal');
const reference = z.strictObject({ number: z.int().positive(), hash: sha256 });
const instant = z.iso.datetime();
const totals = z.strictObject({ rows: count, sha256 });

const file = z.strictObject({
  path: z.string(),
  topic: z.string(),
  partition: count,
  generation: count,
  startOffset: count,
  endOffset: count,
  rows: count,
  eventBytes: bytes,
  sizeBytes: count,
  sha256,
  decoderVersion: z.int(),
  /** Events whose person was erased; absent without any. */
  erasedEvents: z.int().positive().optional(),
});

/** Version 1 of a certificate's content (docs/commit-protocol.md, "Certificates"). */
const content = z.strictObject({
  version: z.literal(1),
  database: z.string(),
  number: z.int().positive(),
  hash: sha256,
  previous: reference.nullable(),
  replaces: reference.nullable(),
  hour: instant,
  revision: count,
  finalAt: instant,
  events: count,
  eventBytes: bytes,
  totals: z.strictObject({ antenna_total_bytes: totals, app_total_bytes: totals, user_total_bytes: totals }),
  quota: z.strictObject({ usersOverQuota: count, usersWithoutMetadata: count, sha256 }),
  files: z.array(file),
  partitions: z.array(
    z.strictObject({
      topic: z.string(),
      partition: count,
      generation: count,
      ranges: z.array(z.tuple([count, count])),
    }),
  ),
  deadLetters: z.record(z.string(), count),
  acknowledgedGaps: z.array(
    z.strictObject({
      topic: z.string(),
      partition: count,
      fromOffset: count,
      toOffset: count,
      recordsAtMost: count,
      acknowledgedAt: instant,
    }),
  ),
  run: z.strictObject({
    id: count,
    engine: z.string(),
    program: z.string().nullable(),
    schemaVersion: count,
    computedAt: instant,
  }),
});

/** The content of a certificate: sums of bytes are decimal strings, since they may exceed 2^53. */
export type Certificate = z.infer<typeof content>;

/** A certificate as the store keeps it. */
export interface StoredCertificate extends CertificateReference {
  readonly hourMs: number;
  /** The content in canonical form, to the byte. */
  readonly content: string;
}

export interface CurrentCertificate extends StoredCertificate {
  /** Whether the tables hold the result that it certifies: false after a run of the hour while it was not final. */
  readonly isCurrent: boolean;
  /** Whether a person was erased from the hour since: the next run makes a new certificate. */
  readonly isErasedSince: boolean;
}

/** The newest certificate of the chain; number 0 without hash when there is none. */
export interface CertificateHead {
  readonly number: number;
  readonly hash: string | undefined;
  /** Hours that a run computed as final without a certificate: in a foreign archive, or by a version without them. */
  readonly finalHoursWithout: number;
}

/** The chain of certificates, which is only added to. */
export interface CertificateStore {
  /** The newest certificate of an hour. */
  ofHour(hourMs: number): Promise<CurrentCertificate | undefined>;
  /** Every certificate, in the order of numbers. */
  all(): AsyncIterable<StoredCertificate>;
  head(): Promise<CertificateHead>;
}

/** A text that is no certificate, or one that was edited. */
export class InvalidCertificateError extends Error {
  readonly code = 'CERTIFICATE_INVALID';
  override readonly name = 'InvalidCertificateError';
}

/**
 * Parses the canonical text of a certificate and compares its content with the hash that it names.
 * @throws {InvalidCertificateError} naming the first contradiction.
 */
export function parseCertificate(text: string): Certificate {
  const value = parseJson(text);
  const parsed = content.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const fact = issue === undefined ? '' : `: ${issue.path.join('.') || 'the text'}: ${issue.message}`;
    throw new InvalidCertificateError(`the text is not a certificate of version 1${fact}`);
  }
  const certificate = parsed.data;
  const found = hashOf(certificate);
  if (found !== certificate.hash) {
    throw new InvalidCertificateError(
      `certificate ${certificate.number} was edited: its content has the hash ${found}, and it names ${certificate.hash}`,
    );
  }
  if (canonicalJson(certificate) !== text) {
    throw new InvalidCertificateError(
      `certificate ${certificate.number} was written again: its text is not in canonical form (RFC 8785)`,
    );
  }
  return certificate;
}

/** Start of the certified hour in milliseconds since 1970. */
export function certifiedHourMs({ hour }: Certificate): number {
  return Date.parse(hour);
}

function hashOf(certificate: Certificate): string {
  return sha256Of(canonicalJson({ ...certificate, hash: undefined }));
}

/** SHA-256 of a text in UTF-8, in hexadecimal. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidCertificateError(`the text is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * A JSON value in the canonical form of RFC 8785 (JSON Canonicalization Scheme): no spaces, keys in the order of their
 * UTF-16, and strings and numbers as ECMAScript writes them. A member without a value is left out.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
