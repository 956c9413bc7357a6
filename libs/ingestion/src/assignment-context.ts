import type { IngestionPorts, IngestionSettings } from './ports.ts';

/** What those who work for one assignment need of the worker. */
export interface AssignmentContext {
  readonly ports: IngestionPorts;
  readonly settings: IngestionSettings;
  /** Starts a step that nobody waits for. The worker deals with what it throws, unless the assignment is abandoned. */
  readonly inBackground: (operation: string, step: () => Promise<void>) => void;
}
