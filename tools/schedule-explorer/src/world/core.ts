import type * as ingestion from '@antenna/ingestion';

/** What is explored: the core as it is, or a mutated copy of it. */
export type Core = Pick<typeof ingestion, 'Ingestion' | 'FenceLostError' | 'DataGapError'>;
