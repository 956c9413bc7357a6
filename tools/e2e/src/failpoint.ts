/** Every step of both protocols after which the world is another. */
export const FAILPOINT_STEPS = ['claim', 'commit', 'intent', 'upload', 'manifest', 'kafka-commit'] as const;

export type FailpointStep = (typeof FAILPOINT_STEPS)[number];

/** Where a worker dies: before or after the nth call of a step. */
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
  const step = FAILPOINT_STEPS.find((known) => known === name);
  if ((moment !== 'before' && moment !== 'after') || step === undefined || !(Number(call) >= 1)) {
    throw new TypeError(`no failpoint: ${text}`);
  }
  return { moment, step, call: Number(call) };
}
