import { join } from 'node:path';

/** What can be made an image of: a target of docker/Dockerfile each, and Superset. */
export const imageNames = ['provisioner', 'speed-layer', 'batch-layer', 'simulator', 'serving', 'superset'] as const;

export type ImageName = (typeof imageNames)[number];

interface Recipe {
  /** Relative to the checkout's root, which is the context. */
  readonly dockerfile: string;
  readonly target: string | undefined;
}

export function recipeOf(name: ImageName): Recipe {
  return name === 'superset'
    ? { dockerfile: join('docker', 'superset.Dockerfile'), target: undefined }
    : { dockerfile: join('docker', 'Dockerfile'), target: name };
}

/** What an image promises, beside what all of them do. */
export interface Promises {
  /** Greatest size of what it adds to its base. */
  readonly contentMb: number;
  /** What has the program wait for something that never answers. */
  readonly waiting?: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> };
}

/** Nothing ever listens at this port. */
const noDatabase = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };

/** The images that hold Node and a bundle. */
export const promisesOfApps: Readonly<Record<Exclude<ImageName, 'superset'>, Promises>> = {
  provisioner: { contentMb: 60, waiting: { args: [], env: noDatabase } },
  'speed-layer': {
    contentMb: 200,
    waiting: { args: ['serve'], env: { ...noDatabase, ARCHIVE_URL: 'file:/tmp/archive' } },
  },
  'batch-layer': { contentMb: 200, waiting: { args: ['status'], env: noDatabase } },
  simulator: { contentMb: 200, waiting: { args: [], env: { KAFKA_BROKERS: '127.0.0.1:1' } } },
  serving: { contentMb: 200 },
};
