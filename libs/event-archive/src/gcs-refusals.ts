import { type ArchiveErrorCode, fieldOf, messageOf } from './archive-error.ts';

/** Answers of Google Cloud Storage whose message or reason says more than their status, with code and advice. */
const REFUSALS: readonly (readonly [RegExp, ArchiveErrorCode, string])[] = [
  [
    /requester.?pays|UserProjectMissing/i,
    'ARCHIVE_REFUSED',
    'the bucket makes requesters pay, which this product does not do: turn requester pays off for the bucket',
  ],
  [
    /billing account|billing to be enabled|accountDisabled|billingDisabled/i,
    'ARCHIVE_REFUSED',
    "open the billing account of the bucket's project again, or link another one; rights do not help",
  ],
  [
    /retention policy|retentionPolicyNotMet|object retention/i,
    'ARCHIVE_REFUSED',
    'a retention policy keeps the object as it is: objects of the archive are replaced only to erase a person, those of ' +
      'ANALYTICS_URL by every compaction; both need a bucket without a retention policy',
  ],
  [
    /active .*hold\b|objectUnderActiveHold/i,
    'ARCHIVE_REFUSED',
    'a hold keeps the object as it is: release it, and set no default hold on a bucket whose objects are replaced',
  ],
  [
    /rateLimitExceeded|quotaExceeded|rate limit/i,
    'ARCHIVE_UNAVAILABLE',
    'another attempt may succeed; raise the quota if it happens often',
  ],
  [
    /cloud ?kms|CryptoKey/i,
    'ARCHIVE_REFUSED',
    "enable the bucket's key in Cloud KMS, and let the storage service agent of the project use it",
  ],
  [
    /vpcServiceControls|organization's policy/i,
    'ARCHIVE_REFUSED',
    'a perimeter of VPC Service Controls, or a policy of the organization, forbids it from here: let this network in',
  ],
  [
    /accessNotConfigured|SERVICE_DISABLED|API has not been used/i,
    'ARCHIVE_REFUSED',
    'enable the Cloud Storage API in the project of this service account',
  ],
  [
    /proxy authentication required/i,
    'ARCHIVE_REFUSED',
    'the proxy requires a login: write it into HTTPS_PROXY (http://user:password@host:port)',
  ],
];

/** Code and advice for an answer that says more than its status; undefined for any other. */
export function refusalOf(error: unknown): readonly [code: ArchiveErrorCode, advice: string] | undefined {
  const text = [messageOf(error), ...reasonsOf(error)].join(' ');
  const found = REFUSALS.find(([pattern]) => pattern.test(text));
  return found === undefined ? undefined : [found[1], found[2]];
}

function reasonsOf(error: unknown): readonly string[] {
  const errors = fieldOf(error, 'errors');
  return Array.isArray(errors)
    ? errors.map((each) => fieldOf(each, 'reason')).filter((each) => typeof each === 'string')
    : [];
}
