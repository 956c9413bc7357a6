import type { UsageEvent } from '@antenna/event-schema';
import { simulate, type SimulatedRecord } from '@antenna/simulator';
import { deviceId } from './device-id.ts';
import { simulationOf, type Workload } from './workload.ts';

/** A record to load, with the event that it was written from. */
export interface WorkloadRecord extends SimulatedRecord {
  readonly fact: UsageEvent;
}

/** The records of a workload, in the order in which they are to be sent: always the same ones. */
export function* workloadRecords(workload: Workload): Generator<WorkloadRecord, void, undefined> {
  for (const { fact } of simulate(simulationOf(workload))) {
    // No workload has malformed records.
    if (typeof fact !== 'string') yield recordOf(fact);
  }
}

/** As the original's devices write it: the time in seconds, the only form that Spark's job reads. */
function recordOf({ eventTimeMs, id, antennaId, bytes, app }: UsageEvent): WorkloadRecord {
  const seconds = Math.floor(eventTimeMs / 1000);
  const fact = { eventTimeMs: seconds * 1000, id: deviceId(id), antennaId: deviceId(antennaId), bytes, app };
  const text = `{"timestamp":${seconds},"id":"${fact.id}","antenna_id":"${fact.antennaId}","bytes":${bytes},"app":"${app}"}`;
  return { key: fact.id, value: Buffer.from(text), fact };
}
