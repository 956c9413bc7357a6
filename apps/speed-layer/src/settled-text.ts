import { numberText, ProductError, textTable } from '@antenna/cli';
import type { SettledRestore } from '@antenna/ingestion';

/** Records that a sink lacks after a restore, and Kafka no longer has: [from, to). */
export interface LostRange {
  readonly sink: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Files contradict the restored manifest, which setting others aside does not mend. */
class RestoreContradictionError extends ProductError {
  readonly code = 'RESTORE_CONTRADICTION';
}

interface Circumstances {
  readonly asideUrl: string;
  readonly lost: readonly LostRange[];
  readonly isReleased: boolean;
}

/** What was set aside, what was proven, and what is left to do. */
export function settledText(settled: SettledRestore, { asideUrl, lost, isReleased }: Circumstances): string {
  const { setAside, listedFiles, rewrittenFiles, contradictions } = settled;
  const erased = setAside.erasedEvents > 0 || rewrittenFiles.length > 0;
  return [
    textTable(
      [`restore ${settled.number}`, 'number'],
      [
        [`files at ${asideUrl}`, numberText(setAside.files)],
        ['events in them', numberText(setAside.events)],
        ['of these, erased ones', numberText(setAside.erasedEvents)],
        ['files that the manifest lists', numberText(listedFiles)],
        ['of these, rewritten by an erasure since', numberText(rewrittenFiles.length)],
        ['files that contradict the manifest', numberText(contradictions.length)],
      ],
    ),
    ...lost.map(
      ({ sink, partition, from, to }) =>
        `partition ${partition}, ${sink}: Kafka has deleted offsets ${from} to ${to}, which only the files set aside have; ` +
        'the worker stops there with DATA_GAP, and speed-layer:acknowledge-gap records the gap',
    ),
    ...(erased
      ? [
          'persons were erased since the restored time: erase each of them again with batch-layer:erase --after-restore, ' +
            'as soon as the workers have caught up',
        ]
      : []),
    `${isReleased ? 'the consumer group is free: ' : ''}start the workers; they go on from the restored positions`,
  ].join('\n');
}

/** @throws {RestoreContradictionError} when files are missing, or are not those of the manifest. */
export function refuseContradictions({ contradictions }: SettledRestore): void {
  if (contradictions.length === 0) return;
  throw new RestoreContradictionError(
    `the archive is not the one of the restored database: ${contradictions
      .map(({ path, problem }) => `${path} ${problem}`)
      .join(
        '; ',
      )}; bring back what is missing (batch-layer:verify proves it), and move away what is not of this product`,
  );
}
