import type { App } from '@antenna/cli';

/** The programs that a person runs in a checkout. Each is loaded only when it is named. */
export const APPLICATIONS = {
  provisioner: async () => (await import('@antenna/provisioner')).provisioner,
  'speed-layer': async () => (await import('@antenna/speed-layer')).speedLayer,
  'batch-layer': async () => (await import('@antenna/batch-layer')).batchLayer,
  simulator: async () => (await import('@antenna/simulator/app')).simulator,
} satisfies Readonly<Record<string, () => Promise<App>>>;

export function isApplication(name: string): name is keyof typeof APPLICATIONS {
  return Object.hasOwn(APPLICATIONS, name);
}
