import type { Mutant } from './mutant.ts';

/** Bugs of what surrounds the core: switches of the simulated world. */
export const WORLD_MUTANTS: readonly Mutant[] = [
  {
    name: 'position-not-compared',
    bug: 'no compare-and-swap on the position: a commit that is made again is counted again',
    defects: { ignoresPosition: true },
  },
  {
    name: 'epoch-not-compared',
    bug: 'epoch not checked: whoever held a partition before goes on moving it',
    defects: { ignoresEpoch: true },
  },
  {
    name: 'kafka-offset-believed',
    bug: "Kafka's committed offset used instead of ours: what was saved but not shown to Kafka is counted again",
    defects: { believesKafka: true },
  },
  {
    name: 'file-overwritten',
    bug: 'an archived file overwritten instead of adopted: a zombie replaces a file that is listed',
    defects: { overwrites: true },
  },
  {
    name: 'dirty-flag-cleared',
    bug: 'a dirty flag cleared by a run that read an older revision: events that came late are never in the result',
    defects: { recordsLatestRevision: true },
  },
  {
    name: 'stable-offset-noted',
    bug: 'the last stable offset noted as the end of a partition: hours are final without what an open transaction hides',
    defects: { notesStableOffset: true },
  },
  {
    name: 'gap-epoch-not-compared',
    bug: 'a gap acknowledged whoever has claimed the partition since the command looked',
    defects: { gapIgnoresEpoch: true },
  },
  {
    name: 'gap-intent-not-compared',
    bug: 'a gap acknowledged whatever chunk was begun since the command looked: its files hold records beyond the gap',
    defects: { gapIgnoresIntent: true },
  },
  {
    name: 'abandoned-path-forgotten',
    bug: 'paths of a chunk that is given up forgotten: a worker that thaws creates a file that nobody lists',
    defects: { forgetsAbandonedPaths: true },
  },
  {
    name: 'counted-events-forgotten',
    bug: 'an hour taken for final while events of it are counted and wait for the archive',
    defects: { forgetsCountedEvents: true },
  },
  {
    name: 'truncation-epoch-not-compared',
    bug: 'a truncation acknowledged whoever has claimed the partition since the command looked',
    defects: { truncationIgnoresEpoch: true },
  },
  {
    name: 'truncation-intent-not-compared',
    bug: 'a truncation acknowledged whatever chunk was begun since the command looked: its files hold lost records',
    defects: { truncationIgnoresIntent: true },
  },
  {
    name: 'cut-chunk-forgotten',
    bug: 'an hour taken for final while a chunk that a truncation cut lacks files that can still be created',
    defects: { forgetsCutChunks: true },
  },
  {
    name: 'rows-removed-beside-writers',
    bug: 'rows removed while a commit that has read the former floor may still write some: they are in no sum',
    defects: { removesBesideWriters: true },
  },
  {
    name: 'floor-read-twice',
    bug: 'a commit reads the floor again for the ledger: events are in rows and ledger if the floor has risen meanwhile',
    defects: { readsFloorTwice: true },
  },
  {
    name: 'floor-of-hours-ignored',
    bug: 'an hour computed again below the floor of hours: a result that was removed comes back',
    defects: { ignoresFloorOfHours: true },
  },
  {
    name: 'moved-at-stable-offset',
    bug: 'the last stable offset taken for the end of a topic that is moved away from: records of a transaction are lost',
    defects: { movesAtStableOffset: true },
  },
  {
    name: 'moved-before-archive',
    bug: 'a stream moved away from a topic that is counted to its end, and not archived',
    defects: { movesBeforeArchive: true },
  },
  {
    name: 'claims-kept-by-move',
    bug: 'workers of the former topic keep their claims after a move: records that came after the cut are counted',
    defects: { moveKeepsClaims: true },
  },
  {
    name: 'decoder-not-fenced',
    bug: 'workers of any decoder version claim a partition: records between its positions have two fates',
    defects: { hasNoDecoderFence: true },
  },
  {
    name: 'decoder-fences-claimed-sinks-only',
    bug: 'a new decoder version fences only the sinks that it claims: the archive goes on by the rules of the old one',
    defects: { fencesClaimedSinksOnly: true },
  },
];
