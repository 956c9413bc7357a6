import type { Bucket } from '@google-cloud/storage';
import { gcpMetadata } from 'google-auth-library';
import { messageOf } from './error-fields.ts';

/** Google's metadata server answers some seconds after the pod or machine that asks it has started. */
const METADATA_SERVER_STARTS_IN_S = 60;

const NO_CREDENTIALS = /could not load the default credentials/i;
/** It answers, and has no token to give. */
const NO_TOKEN = /compute engine built-in service account/i;
const REJECTED = /invalid_grant|invalid_client|invalid_rapt|account has been deleted/i;
const MISSING_FILE = /the file at .* does not exist, or it is not a file/i;

const ATTACH =
  'on Google Cloud attach a service account (on GKE: Workload Identity), elsewhere set GOOGLE_APPLICATION_CREDENTIALS to ' +
  'a key file, or run «gcloud auth application-default login»';

export interface CredentialProblem {
  readonly mayPass: boolean;
  /** What is to be done. */
  readonly advice: string;
}

/**
 * What is wrong with the credentials of this process, if a failure is about them. Without any, a process that may be
 * on Google Cloud has to wait: the server that hands them out starts beside it.
 */
export function credentialProblem(
  error: unknown,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  upSeconds = process.uptime(),
): CredentialProblem | undefined {
  const message = messageOf(error);
  if (MISSING_FILE.test(message)) return { mayPass: false, advice: 'correct GOOGLE_APPLICATION_CREDENTIALS' };
  if (REJECTED.test(message)) {
    return { mayPass: false, advice: 'the credentials were revoked, or their account is gone: make new ones' };
  }
  const hasNoToken = NO_TOKEN.test(message);
  if (!hasNoToken && !NO_CREDENTIALS.test(message)) return undefined;
  if ((hasNoToken || mayHaveMetadataServer(environment)) && upSeconds < METADATA_SERVER_STARTS_IN_S) {
    return { mayPass: true, advice: "Google's metadata server does not hand out credentials yet; it is asked again" };
  }
  return { mayPass: false, advice: `there are no credentials: ${ATTACH}` };
}

/** In a container of Kubernetes, on a machine or a serverless platform of Google's. */
function mayHaveMetadataServer(environment: Readonly<Record<string, string | undefined>>): boolean {
  const names = ['KUBERNETES_SERVICE_HOST', 'GCE_METADATA_HOST', 'GCE_METADATA_IP', 'METADATA_SERVER_DETECTION'];
  return names.some((name) => Boolean(environment[name])) || gcpMetadata.getGCPResidency();
}

/** The client remembers for ever that there is no metadata server. Called before another try, it looks again. */
export function lookForCredentialsAgain(bucket: Bucket): void {
  gcpMetadata.resetIsAvailableCache();
  Reflect.set(bucket.storage.authClient, 'checkIsGCE', undefined);
}
