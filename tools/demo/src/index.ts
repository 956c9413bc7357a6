export { proofText } from './console/proof-text.ts';
export { type Check, isProven } from './proof/check.ts';
export { prove } from './proof/prove.ts';
export { readArchive } from './results/read-archive.ts';
export { readDatabase } from './results/read-database.ts';
export { readTopicEnds } from './results/read-results.ts';
export { simulation, TO } from './simulation.ts';
