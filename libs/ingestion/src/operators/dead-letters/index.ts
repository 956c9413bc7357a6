export { type RecordOutcome, outcomeOf } from './record-outcome.ts';
export { findDeadLetters, type FoundDeadLetter, type FoundDeadLetters } from './find-dead-letters.ts';
export type * from './ports.ts';
export { replay, type ReplayResult } from './replay.ts';
