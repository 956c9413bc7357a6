import { simulation } from '@antenna/demo';
import { addToTruth, simulate } from '@antenna/simulator';
import { Truth } from '@antenna/truth';

/** The demo's five hours, sent slowly enough for all that is done to the workers meanwhile. */
const events = 120_000;
const perSecond = 1_000;

/** Hours of the stream, as the batch layer takes them. */
export const hours = { from: '2022-10-29T13', to: '2022-10-29T18' } as const;

/** Arguments that make the simulator send just what the truth is of. */
export const simulatorArguments = [
  `--from=${hours.from}`,
  `--to=${hours.to}`,
  `--events=${events}`,
  `--rate=${perSecond}`,
  `--seed=${simulation.seed}`,
  `--users=${simulation.users}`,
  `--unknown-users=${simulation.unknownUsers}`,
  `--antennas=${simulation.antennas}`,
  `--apps=${simulation.apps.join(',')}`,
  `--max-bytes=${simulation.maxBytes}`,
  `--out-of-order=${simulation.outOfOrderMs}`,
  `--late-share=${simulation.lateShare}`,
  `--late-by=${simulation.lateByMs}`,
  `--malformed-share=${simulation.malformedShare}`,
];

/** The totals that these events have to give. */
export function truthOfStream(): Truth {
  const truth = new Truth();
  for (const record of simulate({ ...simulation, events })) addToTruth(truth, record);
  return truth;
}
