import { parentPort, workerData } from 'node:worker_threads';
import { explore } from './explore.ts';
import type { Share } from './explore-in-parallel.ts';
import { mutatedCore } from './mutants/mutated-core.ts';
import { mutantNamed } from './mutants/mutants.ts';

const { mutant: name, ...seeds } = workerData as Share;
const mutant = mutantNamed(name);
parentPort?.postMessage(await explore({ ...seeds, core: await mutatedCore(mutant), defects: mutant.defects ?? {} }));
