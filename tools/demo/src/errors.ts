import { ProductError } from '@antenna/cli';

/** A step of the demo did not come to its end. */
export class StepFailedError extends ProductError {
  readonly code = 'STEP_FAILED';
}

/** A worker ended with a failure. */
export class WorkerFailedError extends ProductError {
  readonly code = 'WORKER_FAILED';
}

/** What the workers computed is not what was sent. */
export class ProofFailedError extends ProductError {
  readonly code = 'PROOF_FAILED';
}

/** Somebody ended the demo. */
export class InterruptedError extends ProductError {
  readonly code = 'INTERRUPTED';
}
