import {
  type CountedDeadLetters,
  findDeadLetters,
  type FoundDeadLetter,
  type FoundDeadLetters,
  type OffsetSpan,
} from '@antenna/ingestion';
import { instantText, loggedCommand } from '@antenna/cli';
import { deadLetterSettings, NoDeadLetterError, topicReader, withDeadLetters } from './open-dead-letters.ts';
import { showSettings } from './selection-settings.ts';
import { bytesText, replayText } from './replay-text.ts';

/** Shows dead letters with the keys and values of their records. */
export const showDeadLetters = loggedCommand({
  name: 'dead-letters show',
  description:
    'shows dead letters whole; reads those that are only counted, or too long to be stored, from the topic again',
  settings: { ...deadLetterSettings, selection: showSettings },
  async run({ selection: { spans, most, asJson }, ...connections }, { log, out }) {
    let shown = 0;
    await withDeadLetters(connections, log, async (store) => {
      const reader = topicReader(connections, log);
      for (const span of spans) {
        const found = await findDeadLetters(span, { store, reader, most });
        out(`${asJson ? jsonOf(span, found) : textOf(span, found)}\n`);
        shown += found.letters.length;
      }
    });
    if (shown === 0) throw new NoDeadLetterError('none of the records is a dead letter that can be found');
  },
});

function jsonOf(span: OffsetSpan, found: FoundDeadLetters): string {
  const base64 = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('base64'));
  const letters = found.letters.map((letter) => ({ ...letter, key: base64(letter.key), value: base64(letter.value) }));
  return JSON.stringify({ letters, ranges: rangesOf(span, found), hasMore: found.hasMore });
}

function textOf(span: OffsetSpan, found: FoundDeadLetters): string {
  const { partition, firstOffset, lastOffset } = span;
  const ranges = rangesOf(span, found).map((range) => rangeText(partition, range));
  const more = found.hasMore ? ['there are more: --limit shows more of them'] : [];
  const lines = [...found.letters.map(letterText), ...ranges, ...more];
  return lines.length === 0 ? `no dead letters from ${partition}/${firstOffset} to ${lastOffset}` : lines.join('\n');
}

function letterText(letter: FoundDeadLetter): string {
  const { partition, offset, reason, detail, timestampMs, key, value, isComplete, replay } = letter;
  const rest = isComplete ? '' : ' (the beginning: the record is not in the topic any more)';
  return [
    `${partition}/${offset} ${reason}: ${detail}`,
    `  record timestamp ${instantText(timestampMs)}`,
    ...(replay === undefined ? [] : [`  sent again: ${replayText(partition, replay)}`]),
    `  key ${bytesText(key)}`,
    `  value ${bytesText(value)}${rest}`,
  ].join('\n');
}

function rangeText(partition: number, { reason, firstOffset, lastOffset, records, found, gone }: ShownRange): string {
  const lost = gone === 0 ? '' : `; ${gone} of them are not in the topic any more`;
  return (
    `${partition}/${firstOffset}-${lastOffset} ${reason}: ${records} records counted, ${found} of them found ` +
    `in the topic${lost}`
  );
}

/** A range of dead letters, and how many of its records the topic still has. */
interface ShownRange extends CountedDeadLetters {
  /** How many records of the span were read from the topic again. */
  readonly found: number;
  /** How many records the topic certainly no longer has; 0 where the span does not cover the whole range. */
  readonly gone: number;
}

/** Counts, for each range that overlaps the span, how many of its records the topic still has. */
function rangesOf(span: OffsetSpan, { letters, ranges, hasMore, whole }: FoundDeadLetters): readonly ShownRange[] {
  return ranges.map((range) => {
    const found = letters.filter(
      ({ offset, reason }) =>
        reason === range.reason && offset >= range.firstOffset && offset <= range.lastOffset && !whole.has(offset),
    ).length;
    const isAsked = span.firstOffset <= range.firstOffset && span.lastOffset >= range.lastOffset && !hasMore;
    return { ...range, found, gone: isAsked ? Math.max(0, range.records - found) : 0 };
  });
}
