import type { RecordOutcome, FoundDeadLetter, RecordPlace, Replay, ReplayResult } from '@antenna/ingestion';
import { instantText } from '@antenna/cli';

/** A dead letter, the result of its replay now or before, and what the workers made of the new record. */
export interface Replayed {
  readonly letter: FoundDeadLetter;
  readonly result: ReplayResult;
  /** The new record, where one is known. */
  readonly place: RecordPlace | undefined;
  readonly outcome: RecordOutcome | undefined;
}

/** `3/4812 sent as 3/9911: counted and archived` */
export function replayLine({ letter, result, place, outcome }: Replayed): string {
  const { partition, offset } = letter;
  const processed = outcome === undefined ? '' : `: ${outcomeText(outcome)}`;
  return `${partition}/${offset} ${resultText(letter, result, place)}${processed}`;
}

/** The JSON form of a replay. */
export function replayJson({ letter, result, place, outcome }: Replayed) {
  const { partition, offset, reason, replay } = letter;
  return { partition, offset, reason, result, earlierAttempt: replay, newOffset: place?.offset, outcome };
}

/** The counts of the outcomes in one line. */
export function summaryLine(replayed: readonly Replayed[]): string {
  const count = (isOne: (each: Replayed) => boolean) => replayed.filter(isOne).length;
  const sent = count(({ result }) => result.kind === 'sent');
  const unknown = count((each) => isUnknown(each));
  return (
    `${sent} sent, ${replayed.length - sent} not; ${unknown} of unknown outcome; ` +
    `${count(({ outcome }) => outcome?.kind === 'counted')} counted, ` +
    `${count(({ outcome }) => outcome?.kind === 'dead letter')} dead letters again`
  );
}

function isUnknown({ letter, result, place }: Replayed): boolean {
  return (
    result.kind === 'unknown' || (result.kind === 'done before' && place === undefined && letter.replay !== undefined)
  );
}

function resultText({ partition, replay }: FoundDeadLetter, result: ReplayResult, place: RecordPlace | undefined) {
  switch (result.kind) {
    case 'sent':
      return `sent as ${partition}/${result.newOffset}`;
    case 'refused':
      return `not sent, and may be tried again: ${result.detail}`;
    case 'unknown':
      return `perhaps sent, and never again by this command: ${result.detail}`;
    case 'incomplete':
      return 'not sent: the record is not in the topic any more, and too long to be kept whole';
    case 'done before':
      if (place !== undefined) return `not sent now; ${replayText(partition, replay)}`;
      return replay === undefined
        ? 'not sent: somebody else is sending it'
        : `not sent: it may have been before (${replayText(partition, replay)})`;
  }
}

function outcomeText(outcome: RecordOutcome): string {
  switch (outcome.kind) {
    case 'waiting':
      return 'not processed yet';
    case 'counted':
      return outcome.passedBy.includes('archive') ? 'counted and archived' : 'counted, not archived yet';
    case 'dead letter':
      return `a dead letter again: ${outcome.reason}`;
    case 'not known':
      return 'in a range of dead letters, and not in the topic any more';
  }
}

/** The outcome of a replay in one line; `-` for a dead letter that was never sent again. */
export function replayText(partition: number, replay: Replay | undefined): string {
  if (replay === undefined) return '-';
  const { outcome, newOffset, by, atMs } = replay;
  const attempt = `by ${by} at ${instantText(atMs)}`;
  return outcome === 'sent' ? `sent as ${partition}/${String(newOffset)} ${attempt}` : `${outcome}, ${attempt}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Control characters and changes of direction that act on a terminal and that JSON does not escape. */
const TREACHEROUS = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Bytes as a quoted text that is harmless on a terminal, or in hexadecimal when they are not UTF-8. */
export function bytesText(bytes: Uint8Array | null): string {
  if (bytes === null) return 'none';
  const text = textOf(bytes);
  if (text === undefined) return `hexadecimal ${Buffer.from(bytes).toString('hex')}`;
  return JSON.stringify(text).replace(
    TREACHEROUS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
