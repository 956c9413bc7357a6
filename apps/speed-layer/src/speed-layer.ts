import type { App } from '@antenna/cli';
import { acknowledgeGap } from './acknowledge-gap.ts';
import { acknowledgeTruncation } from './acknowledge-truncation.ts';
import { listDeadLetters } from './dead-letters/list.ts';
import { replayDeadLetters } from './dead-letters/replay.ts';
import { showDeadLetters } from './dead-letters/show.ts';
import { drain } from './drain.ts';
import { errorGuides } from './error-guides.ts';
import { forgetNotes } from './forget-notes.ts';
import { moveStream } from './move-stream.ts';
import { releaseGroup } from './release-group.ts';
import { retireTopic } from './retire-topic.ts';
import { serve } from './serve.ts';
import { settleRestore } from './settle-restore.ts';
import { status } from './status.ts';

/** The application and all its commands. */
export const speedLayer: App = {
  name: 'speed-layer',
  description: 'Reads antenna events from Kafka; keeps totals in Postgres and archives every event as Parquet.',
  commands: [
    serve,
    drain,
    status,
    acknowledgeGap,
    acknowledgeTruncation,
    moveStream,
    retireTopic,
    forgetNotes,
    settleRestore,
    releaseGroup,
    listDeadLetters,
    showDeadLetters,
    replayDeadLetters,
  ],
  errorGuides,
};
