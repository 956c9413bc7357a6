/**
 * The parts of a worker's work that reading-program.ts can do, in their order: connect and join the consumer group; receive
 * and check batches; decode records; add up bytes by window; collect the columns of the archive.
 */
export const READING_PARTS = ['start', 'receive', 'decode', 'add', 'collect'] as const;

export type ReadingPart = (typeof READING_PARTS)[number];
