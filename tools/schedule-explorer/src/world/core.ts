import type * as eventSource from '@antenna/event-source';
import type * as ingestion from '@antenna/ingestion';

/** What is explored: the code of the product as it is, or a mutated copy of it. */
export type Core = Pick<
  typeof ingestion,
  'Ingestion' | 'FenceLostError' | 'CommitTooLongError' | 'findTruncation' | 'hiddenFrom'
> &
  Pick<typeof eventSource, 'AbortedTransactions'>;
