import type { Bucket } from '@google-cloud/storage';
import { gcpMetadata } from 'google-auth-library';
import { messageOf } from './archive-error.ts';

/** Google's metadata server begins to answer some seconds after the start of the pod or machine. */
const METADATA_SERVER_STARTS_IN_S = 60;

const NO_CREDENTIALS = /could not load the default credentials/i;
/** The metadata server answers that it has no token. */
const NO_TOKEN = /compute engine built-in service account/i;
const REJECTED = /invalid_grant|invalid_client|invalid_rapt|account has been deleted/i;
const MISSING_FILE = /the file at .* does not exist, or it is not a file/i;

const ATTACH =
  'on Google Cloud attach a service account (on GKE: Workload Identity), elsewhere set GOOGLE_APPLICATION_CREDENTIALS to ' +
  'a key file, or run «gcloud auth application-default login»';

export interface CredentialProblem {
  readonly mayPass: boolean;
  /** The next step for the operator. */
  readonly advice: string;
}

/**
 * The problem of this process's credentials, if the failure is about them. A process without credentials that may run
 * on Google Cloud waits, since the metadata server starts at the same time as the process.
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

/** True in Kubernetes, and on Google's machines and serverless platforms. */
function mayHaveMetadataServer(environment: Readonly<Record<string, string | undefined>>): boolean {
  const names = ['KUBERNETES_SERVICE_HOST', 'GCE_METADATA_HOST', 'GCE_METADATA_IP', 'METADATA_SERVER_DETECTION'];
  return names.some((name) => Boolean(environment[name])) || gcpMetadata.getGCPResidency();
}

/**
 * The client remembers forever that the metadata server is missing. Call before a retry: the client then asks again.
 */
export function lookForCredentialsAgain(bucket: Bucket): void {
  gcpMetadata.resetIsAvailableCache();
  Reflect.set(bucket.storage.authClient, 'checkIsGCE', undefined);
}
