import type { Truth } from '@antenna/oracle';
import { sampleSimulation, simulate, type SimulationOptions } from '@antenna/simulator';

const HOUR_MS = 3_600_000;

/** What docker/compose.yaml has the simulator send: the five hours of the demo. */
export const composeStream: SimulationOptions = sampleSimulation;

/** One hour more, other events. */
export const laterStream: SimulationOptions = {
  ...sampleSimulation,
  seed: 7,
  fromMs: sampleSimulation.toMs,
  toMs: sampleSimulation.toMs + HOUR_MS,
  events: 20_000,
};

/** The demo's five hours, sent at `CLUSTER_RATE`: long enough for all that is done to the workers meanwhile. */
export const clusterStream: SimulationOptions = { ...sampleSimulation, events: 300_000 };

/** Events a second. */
export const CLUSTER_RATE = 1_000;

/** Arguments by which the simulator sends exactly this stream. */
export function simulatorFlags(stream: SimulationOptions): string[] {
  return [
    `--from=${hourText(stream.fromMs)}`,
    `--to=${hourText(stream.toMs)}`,
    `--events=${stream.events}`,
    `--seed=${stream.seed}`,
    `--users=${stream.users}`,
    `--unknown-users=${stream.unknownUsers}`,
    `--antennas=${stream.antennas}`,
    `--apps=${stream.apps.join(',')}`,
    `--max-bytes=${stream.maxBytes}`,
    `--out-of-order=${stream.outOfOrderMs}`,
    `--late-share=${stream.lateShare}`,
    `--late-by=${stream.lateByMs}`,
    `--malformed-share=${stream.malformedShare}`,
  ];
}

/** An hour as the commands take it: `2022-10-29T13`. */
export function hourText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 13);
}

/** Adds what a stream sends: the same options make the same records. */
export function addStream(truth: Truth, stream: SimulationOptions): void {
  for (const record of simulate(stream)) truth.addFact(record.fact);
}
