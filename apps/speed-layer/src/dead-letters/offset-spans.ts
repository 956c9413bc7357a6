import type { OffsetSpan } from '@antenna/ingestion';
import type { SettingType } from '@antenna/cli';
import * as z from 'zod';

const SPAN = /^(\d{1,9})\/(\d{1,15})(?:-(\d{1,15}))?$/;

/** Records by partition and offset: `3/4812`, `3/4900-5000` (both included), several separated by commas. */
export const offsetSpans: SettingType<readonly OffsetSpan[]> = {
  placeholder: '<partition/offset,...>',
  allowed: 'partition/offset or partition/first-last, separated by commas, such as 3/4812,3/4900-5000',
  schema: z.string().transform((text, context) => {
    const spans = text.split(',').map((item) => spanOf(item.trim()));
    if (spans.every((span) => span !== undefined)) return spans;
    context.addIssue('it has another form');
    return z.NEVER;
  }),
};

function spanOf(text: string): OffsetSpan | undefined {
  const [, partition, first, last = first] = SPAN.exec(text) ?? [];
  if (partition === undefined || Number(last) < Number(first)) return undefined;
  return { partition: Number(partition), firstOffset: Number(first), lastOffset: Number(last) };
}
