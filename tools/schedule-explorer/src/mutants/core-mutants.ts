import type { CoreMutant } from './mutant.ts';

/** In the core, what was claimed has been taken over. */
const TAKEN_OVER = '      claimed();\n';
const TAKEN_OVER_WITH_KEPT = `${TAKEN_OVER}      if (this.kept !== undefined) Object.assign(groups[0]?.assignment.pending ?? {}, { totals: this.kept });
      this.kept = undefined;
`;

/** Bugs of the core: changes of its sources. */
export const CORE_MUTANTS: readonly CoreMutant[] = [
  {
    name: 'aborted-unsorted',
    bug: 'aborted transactions taken in the order of their markers: records of one that began earlier are counted',
    library: 'event-source',
    file: 'fetched/aborted-transactions.ts',
    find: 'aborted.toSorted((left, right) => (left.firstOffset < right.firstOffset ? -1 : 1))',
    replace: '[...aborted]',
  },
  {
    name: 'abort-marker-missed',
    bug: 'a producer hidden beyond the marker of its aborted transaction: records of its next one are lost',
    library: 'event-source',
    file: 'fetched/aborted-transactions.ts',
    find: 'this.#hidden.delete(producerId);',
    replace: 'this.#hidden.has(producerId);',
  },
  {
    name: 'intent-after-upload',
    bug: 'intent recorded after the upload: a crash in between leaves a file of which nobody knows',
    file: 'archive-sink/chunk-writer.ts',
    find: `  else if (planned.length > 0) await step('record intent', () => store.recordIntent(intentOf(chunk, planned)));
  const files = await inParallel(planned, FILES_AT_A_TIME, (file) => {
    const rows = chunk.events.take(file.hourMs);
    return step('write file', () => createOrAdopt(archive, file, rows));
  });
`,
    replace: `  const files = await inParallel(planned, FILES_AT_A_TIME, (file) => {
    const rows = chunk.events.take(file.hourMs);
    return step('write file', () => createOrAdopt(archive, file, rows));
  });
  if (chunk.intent === undefined && planned.length > 0)
    await step('record intent', () => store.recordIntent(intentOf(chunk, planned)));
`,
  },
  {
    name: 'position-before-upload',
    bug: 'position moved before the upload: a crash in between loses the events of a file',
    file: 'archive-sink/chunk-writer.ts',
    find: `  const files = await inParallel(planned, FILES_AT_A_TIME, (file) => {
    const rows = chunk.events.take(file.hourMs);
    return step('write file', () => createOrAdopt(archive, file, rows));
  });
  await step('complete chunk', () => store.completeChunk(completionOf(chunk, files)));
`,
    replace: `  const unwritten = { sizeBytes: 0, checksum: 'not known yet' };
  const withRows = planned.map((file) => ({ file, rows: chunk.events.take(file.hourMs) }));
  const files = withRows.map(({ file, rows }) => archivedFile(file.path, file.hourMs, unwritten, rows));
  await step('complete chunk', () => store.completeChunk(completionOf(chunk, files)));
  for (const { file, rows } of withRows) await step('write file', () => createOrAdopt(archive, file, rows));
`,
  },
  {
    name: 'refused-totals-kept',
    bug: 'window state kept over a refused commit: what another worker has saved meanwhile is counted again',
    file: 'ingestion.ts',
    find: `      this.release();
      this.#ports.source.reclaim();
`,
    replace: `      this.kept = active.assignment.taken?.totals;
      this.release();
      this.#ports.source.reclaim();
`,
    alsoEdits: [
      {
        file: 'assignment.ts',
        find: '    this.#committing = {',
        replace: '    this.taken = taken;\n    this.#committing = {',
      },
      { file: 'ingestion.ts', find: TAKEN_OVER, replace: TAKEN_OVER_WITH_KEPT },
    ],
  },
  {
    name: 'totals-skip-off-by-one',
    bug: 'skip below the position off by one: the record before the position is counted again',
    file: 'partition-processor.ts',
    find: 'record.offset >= this.#totalsNext;',
    replace: 'record.offset >= this.#totalsNext - 1;',
  },
  {
    name: 'archive-skip-off-by-one',
    bug: 'the same for the archive: the record at the position is left out',
    file: 'partition-processor.ts',
    find: 'record.offset >= this.archive.nextOffset;',
    replace: 'record.offset > this.archive.nextOffset;',
  },
  {
    name: 'late-event-dropped',
    bug: 'late event dropped: an event far behind its partition is not counted',
    file: 'partition-processor.ts',
    find: '    pending.totals.add(event);\n',
    replace: `    if (event.eventTimeMs < this.#greatestEventTimeMs - 3_600_000) return;
    pending.totals.add(event);
`,
  },
  {
    name: 'flood-not-counted',
    bug: 'dead letters beyond the allowance not counted: a flood is dropped in silence',
    file: 'partition-processor.ts',
    find: '    else pending.countDeadLetter(this.partition, record.offset, rejection.reason);\n',
    replace: '',
  },
  {
    name: 'flood-range-too-short',
    bug: 'a range of dead letters that ends before its last record: nobody finds that one again',
    file: 'totals-sink/dead-letter-ranges.ts',
    find: '    range.lastOffset = added.lastOffset;\n',
    replace: '    range.lastOffset = Math.max(range.lastOffset, added.lastOffset - 1);\n',
  },
  {
    name: 'file-name-without-start',
    bug: 'file names without the start offset: a name does not tell which range the file holds',
    file: 'archive-sink/chunk-writer.ts',
    find: 'generation, startOffset, endOffset, hourMs })',
    replace: 'generation, startOffset: 0, endOffset, hourMs })',
  },
  {
    name: 'fetched-offset-not-compared',
    bug: 'a batch taken without comparing the offset that it was fetched from: records before it are lost',
    file: 'assignment-reader.ts',
    find: 'if (fetchedOffset !== processor.expectedOffset) {',
    replace: 'if (batch.nextOffset <= processor.expectedOffset) {',
  },
  {
    name: 'markers-always-believed',
    bug: 'a batch without records taken wherever it was fetched from: records before it are lost',
    file: 'assignment-reader.ts',
    find: 'if (fetchedOffset !== processor.expectedOffset) {',
    replace:
      'if (fetchedOffset !== processor.expectedOffset && (batch.nextOffset <= processor.expectedOffset || batch.records().next())) {',
  },
  {
    name: 'claim-keeps-unsaved',
    bug: 'a claim that keeps unsaved state: what is read again is counted again',
    file: 'ingestion.ts',
    find: `    this.release();
    this.#assigned = partitions;
`,
    replace: `    this.kept = this.#assignments[0]?.assignment.pending.totals;
    this.release();
    this.#assigned = partitions;
`,
    alsoEdits: [{ file: 'ingestion.ts', find: TAKEN_OVER, replace: TAKEN_OVER_WITH_KEPT }],
  },
  {
    name: 'part-of-batch-taken-for-all',
    bug: 'a batch of which a part was taken passes for taken: the rest of its records is lost',
    file: 'partition-processor.ts',
    find: 'isWhole ? batch.nextOffset : lastOffset + 1',
    replace: 'batch.nextOffset',
  },
  {
    name: 'age-of-claim-ignored',
    bug: 'the roll interval begun anew at each claim: with rebalances more frequent than it, nothing is ever archived',
    file: 'archive-sink/partition-archive.ts',
    find: '(this.#existedAtClaim(this.#start) ? this.#waitingSinceMs : undefined) ?? nowMs',
    replace: 'nowMs',
  },
  {
    name: 'intent-not-cut',
    bug: 'an intent redone up to the end of a batch: its files hold rows of the next chunk',
    file: 'archive-sink/partition-archive.ts',
    find: `    if (this.#intent !== undefined && record.offset >= this.#intent.endOffset) this.#seal(this.#intent.endOffset);
    if (event`,
    replace: '    if (event',
  },
  {
    name: 'hour-count-ends-early',
    bug: 'a commit tells the first offset of the events of an hour for the last: the hour is final without the others',
    file: 'totals-sink/hour-counts.ts',
    find: '    counted.lastOffset = offset;\n',
    replace: '    if (counted.lastOffset < 0) counted.lastOffset = offset;\n',
  },
  {
    name: 'gap-ends-worker',
    bug: 'a gap taken for a fault of the worker: it ends, and with it the reading of all other partitions',
    file: 'partition-fault.ts',
    find: '  if (error instanceof DataGapError)',
    replace: '  if (error instanceof DataGapError && !(error instanceof Error))',
  },
  {
    name: 'stopped-never-claimed-again',
    bug: 'a partition that was stopped not claimed again: it stands still after it was put in order',
    file: 'ingestion.ts',
    find: '    this.#queue.add({ partitions: [partition], dueMs, isApart, commitRecords: undefined });\n',
    replace: '',
  },
  {
    name: 'stopped-claimed-beside-itself',
    bug: 'a partition claimed again beside what was stopped of it: its batches go to the stopped one',
    file: 'ingestion.ts',
    find: '    for (const partition of due.flatMap(({ partitions }) => partitions)) this.#leave(partition);\n',
    replace: '',
  },
  {
    name: 'fingerprint-not-compared',
    bug: 'the record below a position not compared at a claim: records that took the places of lost ones are left out',
    file: 'seen-records.ts',
    find: 'const isSame = fingerprintOf(record.record()).hash === fingerprint.hash;',
    replace: 'const isSame = fingerprintOf(record.record()).hash !== undefined;',
  },
  {
    name: 'lower-position-compared-only',
    bug: 'sinks apart, and only the lower position compared: the archive takes records of a log that the totals do not follow',
    file: 'partition-processor.ts',
    find: '.filter(({ fingerprint }) => fingerprint.offset > start)',
    replace: '.filter(({ fingerprint }) => fingerprint.offset < start)',
  },
  {
    name: 'intent-not-compared',
    bug: 'the last record of an open intent not compared at a claim: records in the places of lost ones are taken for them',
    file: 'resume-claim.ts',
    find: 'seen: lastSeenOf(positions),',
    replace: 'seen: lastSeenOf(positions.map((position) => ({ ...position, openIntent: undefined }))),',
  },
  {
    name: 'hidden-taken-for-lost',
    bug: 'records that an open transaction hides taken for lost: they are counted again when it ends',
    file: 'operators/find-truncation.ts',
    find: 'return stable < Math.min(latest, readTo) ? stable : undefined;',
    replace: 'return stable < Math.min(latest, readTo, 0) ? stable : undefined;',
  },
  {
    name: 'leader-change-not-compared',
    bug: 'the last offset not read again when the leader changes: a log that was filled again beyond it is read on',
    file: 'log-continuity.ts',
    find: '    this.#comparisons += 1;\n    return taken.offset;\n',
    replace: '    this.#comparisons += 1;\n    return undefined;\n',
  },
  {
    name: 'older-leader-believed',
    bug: 'only a later leader taken for another one: a log that goes back to records of an earlier leader is read on',
    file: 'log-continuity.ts',
    find: 'origin.fetch === taken.fetch || origin.leaderEpoch === taken.leaderEpoch;',
    replace: 'origin.fetch === taken.fetch || origin.leaderEpoch <= taken.leaderEpoch;',
  },
  {
    name: 'earlier-leader-not-inspected',
    bug: 'sinks apart, and batches of earlier leaders taken at once: one sink gets records in the places of lost ones',
    file: 'record-ahead.ts',
    find: 'lastOffset <= (this.#known.get(leaderEpoch) ?? -1) ?',
    replace: 'lastOffset <= (this.#known.get(leaderEpoch) ?? Infinity) ?',
  },
  {
    name: 'generation-left-out',
    bug: 'file names without the generation of the log: files of lost records have the names of those after them',
    file: 'archive-sink/chunk-writer.ts',
    find: '  const generation = generationOf(chunk);\n',
    replace: '  const generation = 0 * generationOf(chunk);\n',
  },
];
