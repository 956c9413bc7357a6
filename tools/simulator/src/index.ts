export { type Chance, seededChance } from './chance.ts';
export { ensureTopic } from './reach-kafka.ts';
export { batchesOf, produce } from './produce.ts';
export { SAMPLE_HOURS, sampleSimulation, simulationSettings } from './simulation-settings.ts';
export { simulate, type SimulatedRecord, type SimulationOptions } from './simulate.ts';
export { Tally } from './tally.ts';
