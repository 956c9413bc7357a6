import { simulation, TO } from '@antenna/demo';
import { addToTruth, simulate, type SimulationOptions } from '@antenna/simulator';
import type { Truth } from '@antenna/truth';

/** What docker/compose.yaml has the simulator send. */
export const composed: SimulationOptions = simulation;

const LATER = '2022-10-29T19';

/** One more hour, other events. */
export const afterwards = {
  options: {
    ...simulation,
    seed: 7,
    fromMs: Date.parse(`${TO}:00:00Z`),
    toMs: Date.parse(`${LATER}:00:00Z`),
    events: 20_000,
  } satisfies SimulationOptions,
  flags: [
    `--from=${TO}`,
    `--to=${LATER}`,
    '--seed=7',
    '--events=20000',
    `--unknown-users=${simulation.unknownUsers}`,
    `--max-bytes=${simulation.maxBytes}`,
    `--late-share=${simulation.lateShare}`,
    `--late-by=${simulation.lateByMs}`,
    `--malformed-share=${simulation.malformedShare}`,
  ],
} as const;

/** Adds what a simulation sends: the same options make the same records. */
export function addSimulation(truth: Truth, options: SimulationOptions): void {
  for (const record of simulate(options)) addToTruth(truth, record);
}
