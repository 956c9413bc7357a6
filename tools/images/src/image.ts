import { join, resolve } from 'node:path';

/** The repository. */
export const checkout = resolve(import.meta.dirname, '..', '..', '..');

/** What can be made an image of: a target of docker/Dockerfile each, but for Superset. */
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
