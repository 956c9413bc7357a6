import type { Fate, FoundDeadLetter, RecordPlace, ReplayResult } from '@antenna/ingestion';
import { replayText } from './texts.ts';

/** A dead letter, the result of its replay now or before, and what the workers made of the new record. */
export interface Replayed {
  readonly letter: FoundDeadLetter;
  readonly result: ReplayResult;
  /** The new record, where one is known. */
  readonly place: RecordPlace | undefined;
  readonly fate: Fate | undefined;
}

/** `3/4812 sent as 3/9911: counted and archived` */
export function replayLine({ letter, result, place, fate }: Replayed): string {
  const { partition, offset } = letter;
  const outcome = fate === undefined ? '' : `: ${fateText(fate)}`;
  return `${partition}/${offset} ${resultText(letter, result, place)}${outcome}`;
}

/** The JSON form of a replay. */
export function replayJson({ letter, result, place, fate }: Replayed) {
  const { partition, offset, reason, replay } = letter;
  return { partition, offset, reason, result, earlierAttempt: replay, newOffset: place?.offset, fate };
}

/** The counts of the outcomes in one line. */
export function summaryLine(replayed: readonly Replayed[]): string {
  const count = (isOne: (each: Replayed) => boolean) => replayed.filter(isOne).length;
  const sent = count(({ result }) => result.kind === 'sent');
  const unknown = count((each) => isUnknown(each));
  return (
    `${sent} sent, ${replayed.length - sent} not; ${unknown} of unknown outcome; ` +
    `${count(({ fate }) => fate?.kind === 'counted')} counted, ` +
    `${count(({ fate }) => fate?.kind === 'dead letter')} dead letters again`
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

function fateText(fate: Fate): string {
  switch (fate.kind) {
    case 'waiting':
      return 'not processed yet';
    case 'counted':
      return fate.passedBy.includes('archive') ? 'counted and archived' : 'counted, not archived yet';
    case 'dead letter':
      return `a dead letter again: ${fate.reason}`;
    case 'not known':
      return 'in a range of dead letters, and not in the topic any more';
  }
}
