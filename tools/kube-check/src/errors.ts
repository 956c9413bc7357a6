import { ProductError } from '@antenna/cli';

/** kubectl refused, or did not come to an end. */
export class KubectlFailedError extends ProductError {
  readonly code = 'KUBECTL_FAILED';
}

/** The cluster lacks what the checks need. */
export class ClusterNotReadyError extends ProductError {
  readonly code = 'CLUSTER_NOT_READY';
}

/** Something is not as it should be: the lines above tell what. */
export class ChecksFailedError extends ProductError {
  readonly code = 'CHECKS_FAILED';
}
