import type { ServiceName } from '@antenna/local-stack';

/** Where the services are that were started for one run of the tests. */
export type Addresses = Partial<Record<ServiceName, string>>;

/** Takes what has to be done when the run ends, also if it ends while services are starting. */
export type AtEnd = (work: () => Promise<void>) => void;
