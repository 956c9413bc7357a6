import type { TotalType } from '@antenna/aggregation';
import { overlaps, readFiles, type ReadFiles } from '../file-differences.ts';
import type { FileFacts } from '../file-facts.ts';
import type { ManifestFile } from '../ports.ts';
import { type FileProblem, listingContradiction } from '../select-inputs.ts';
import type { VerifyPorts } from '../verify-hour.ts';
import { type Certificate, certifiedHourMs } from './certificate.ts';
import { HourDigests } from './hour-digests.ts';

export interface VerifiedCertificate {
  readonly hourMs: number;
  /** The certified files that could be read. */
  readonly files: ReadFiles['files'];
  /** Problems of files, and contradictions between the certificate and what its files add up to. */
  readonly problems: readonly string[];
}

/**
 * Proves an archive against a certificate, without the store: the hour's folder holds exactly the certified files, each
 * with the certified size, SHA-256, rows, bytes and offsets, and their events add up to the certified totals, down to
 * the digest of the rows of each type.
 */
export async function verifyCertificate(
  { folder, scanner }: Omit<VerifyPorts, 'store'>,
  certificate: Certificate,
): Promise<VerifiedCertificate> {
  const hourMs = certifiedHourMs(certificate);
  const certified = certificate.files.map(manifestFile);
  const listed = new Map((await folder.list(hourMs)).map(({ path, sizeBytes }) => [path, sizeBytes]));
  const digests = new HourDigests();
  const present = certified.filter(({ path }) => listed.has(path));
  const { files, problems } = await readFiles(scanner, present, hourMs, (row) => {
    digests.add(row);
  });
  const ofFiles = [
    ...certified.flatMap((file) => listingContradiction(file, listed.get(file.path))),
    ...extraFiles(certified, listed),
    ...overlaps(certified),
    ...problems,
  ].map(({ path, problem }) => `${path} ${problem}`);
  return { hourMs, files, problems: [...ofFiles, ...sumContradictions(certificate, files, digests)] };
}

function manifestFile({ sha256, eventBytes, ...file }: Certificate['files'][number]): ManifestFile {
  return { ...file, checksum: sha256, eventBytes: BigInt(eventBytes) };
}

function extraFiles(certified: readonly ManifestFile[], listed: ReadonlyMap<string, number>): FileProblem[] {
  const known = new Set(certified.map(({ path }) => path));
  return [...listed.keys()]
    .filter((path) => !known.has(path))
    .map((path) => ({
      path,
      problem:
        'is not in the certificate: late events came after it (a newer one names the file), or it was added by hand',
    }));
}

function sumContradictions(certificate: Certificate, files: readonly FileFacts[], digests: HourDigests): string[] {
  const events = files.reduce((sum, { rows }) => sum + rows, 0);
  const eventBytes = files.reduce((sum, file) => sum + file.eventBytes, 0n);
  return [
    ...contradiction('events', events, certificate.events),
    ...contradiction('bytes', eventBytes, BigInt(certificate.eventBytes)),
    ...Object.entries(digests.digests()).flatMap(([type, found]) => {
      const { rows, sha256 } = certificate.totals[type as TotalType];
      return [
        ...contradiction(`rows of ${type}`, found.rows, rows),
        ...contradiction(`as digest of the rows of ${type}`, found.sha256, sha256),
      ];
    }),
    ...rangeContradictions(certificate),
  ];
}

function contradiction<T>(what: string, found: T, certified: T): string[] {
  if (found === certified) return [];
  return [`the files add up to ${String(found)} ${what}, the certificate says ${String(certified)}`];
}

/** The offset ranges of a certificate are those of its files, adjacent ones merged. */
function rangeContradictions({ files, partitions }: Certificate): string[] {
  return partitions.flatMap(({ topic, partition, generation, ranges }) => {
    const chunks = files.filter(
      (file) => file.topic === topic && file.partition === partition && file.generation === generation,
    );
    const isCovered = chunks.every(({ startOffset, endOffset }) =>
      ranges.some(([from, to]) => startOffset >= from && endOffset <= to),
    );
    const chunkOffsets = chunks.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0);
    const rangeOffsets = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
    if (isCovered && chunkOffsets === rangeOffsets) return [];
    return [`the offset ranges of partition ${partition} of ${topic} are not those of the certified files`];
  });
}
