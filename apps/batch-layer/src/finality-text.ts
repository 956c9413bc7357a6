import type { Finality, HourLack } from '@antenna/hourly-batch';
import { numberText } from '@antenna/cli';

/** Whether an hour is final, in a few words. */
export function finalityText({ isFinal }: Finality, { lackingRecords }: HourLack): string {
  if (!isFinal) return 'no';
  return lackingRecords === 0 ? 'yes' : `yes, lacks at most ${numberText(lackingRecords)} records`;
}

/** Sentences about an hour that begin with a verb: what it lacks, and what is going to change it. */
export function lackRemarks({ lateEvents, lackingRecords }: HourLack): readonly string[] {
  return [
    ...(lackingRecords === 0
      ? []
      : [`lacks at most ${numberText(lackingRecords)} records, which were lost before they were archived`]),
    ...(lateEvents === 0
      ? []
      : [`has ${numberText(lateEvents)} late events that are counted and not archived yet: they will make it dirty`]),
  ];
}
