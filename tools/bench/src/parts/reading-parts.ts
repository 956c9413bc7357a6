/**
 * What a reading program does, each part with all that come before it: connects and joins the group; receives the batches
 * and checks them; decodes the records; adds up their bytes; collects the archive's columns.
 */
export const READING_PARTS = ['start', 'receive', 'decode', 'add', 'collect'] as const;

export type ReadingPart = (typeof READING_PARTS)[number];
