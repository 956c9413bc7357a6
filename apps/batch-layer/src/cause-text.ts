import type { CorrectionCause } from '@antenna/hourly-batch';
import { numberText } from '@antenna/cli';

/** The cause of a correction in words. */
export function causeText(cause: CorrectionCause): string {
  switch (cause.kind) {
    case 'late_events': {
      const files = cause.files.map(({ path, startOffset, endOffset }) => `${path} [${startOffset}, ${endOffset})`);
      return `${numberText(cause.events)} late events in ${firstOf(files)}`;
    }
    case 'replayed_dead_letters':
      return `${numberText(cause.records)} replayed dead letters in ${firstOf(cause.files.map(({ path }) => path))}`;
    case 'acknowledged_gap':
      return `acknowledged gap of ${firstOf(
        cause.gaps.map(
          ({ topic, partition, fromOffset, toOffset }) => `${topic}/${partition} [${fromOffset}, ${toOffset})`,
        ),
      )}`;
    case 'acknowledged_truncation':
      return `acknowledged truncation of ${firstOf(
        cause.truncations.map(({ topic, partition, fromOffset }) => `${topic}/${partition} from ${fromOffset} on`),
      )}`;
    case 'another_decoder':
      return `decoder ${cause.versions.join(', ')} instead of ${cause.formerVersions.join(', ')}`;
    case 'foreign_files':
      return `a foreign archive with ${cause.added} files more and ${cause.removed} files less`;
    case 'changed_quota':
      return `changed quota or e-mail of ${numberText(cause.users)} users`;
    case 'erasure':
      return 'the erasure of a person, whose bytes have no id any more';
    case 'altered_rows':
      return 'rows that something other than a run had changed';
  }
}

const MOST_NAMED = 5;

function firstOf(texts: readonly string[]): string {
  const others = texts.length - MOST_NAMED;
  return [...texts.slice(0, MOST_NAMED), ...(others > 0 ? [`${others} more`] : [])].join(', ');
}
