/** Every step of both commit protocols: a worker that dies before it leaves other traces than one that dies after it. */
export const FAILPOINT_STEPS = ['claim', 'commit', 'intent', 'upload', 'manifest', 'kafka-commit'] as const;

/** Steps of `dead-letters replay`: the note of an attempt, and that of its outcome. The records are sent between them. */
const REPLAY_STEPS = ['replay-attempt', 'replay-outcome'] as const;

/** Steps of a publisher of quota events: sending them, and noting them as sent. */
export const QUOTA_STEPS = ['quota-send', 'quota-note'] as const;

/** Steps of an erasure, in their order. A file is replaced between its announcement and its settlement. */
const ERASURE_STEPS = [
  'erasure-begin',
  'erasure-propose',
  'erasure-settle',
  'erasure-hour',
  'erasure-records',
] as const;

/** Steps of speed-layer:settle-restore, in their order. A file is copied, noted, and then removed. */
export const RESTORE_STEPS = [
  'restore-begin',
  'restore-copy',
  'restore-note',
  'restore-remove',
  'restore-end',
] as const;

/** The one step of speed-layer:move-stream. */
const MOVE_STEPS = ['stream-move'] as const;

const ALL_STEPS = [
  ...FAILPOINT_STEPS,
  ...REPLAY_STEPS,
  ...QUOTA_STEPS,
  ...ERASURE_STEPS,
  ...RESTORE_STEPS,
  ...MOVE_STEPS,
] as const;

export type FailpointStep = (typeof ALL_STEPS)[number];

/** Where a process dies: before or after the nth call of a step. */
export interface Failpoint {
  readonly moment: 'before' | 'after';
  readonly step: FailpointStep;
  /** From 1. */
  readonly call: number;
}

/** `before:commit:2`. */
export function failpointText({ moment, step, call }: Failpoint): string {
  return `${moment}:${step}:${call}`;
}

/** @throws {TypeError} when the text is none that `failpointText` writes. */
export function parseFailpoint(text: string): Failpoint {
  const [moment, name, call] = text.split(':');
  const step = ALL_STEPS.find((known) => known === name);
  if ((moment !== 'before' && moment !== 'after') || step === undefined || !(Number(call) >= 1)) {
    throw new TypeError(`no failpoint: ${text}`);
  }
  return { moment, step, call: Number(call) };
}
