import type { Finality, HourLack } from '@antenna/hourly-batch';
import { numberText } from '@antenna/cli';

/** The finality of an hour as a table cell. */
export function finalityText({ isFinal }: Finality, { lackingRecords }: HourLack): string {
  if (!isFinal) return 'no';
  return lackingRecords === 0 ? 'yes' : `yes, lacks at most ${numberText(lackingRecords)} records`;
}

/**
 * Remarks that follow the name of an hour: the lost records that it lacks, and the late events that will make it dirty.
 */
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
