import { parentPort, workerData } from 'node:worker_threads';
import { explore } from './explore.ts';
import type { Seeds } from './explore-in-parallel.ts';
import { mutatedCore } from './mutants/mutated-core.ts';
import { mutantNamed } from './mutants/mutants.ts';

const mutant = mutantNamed(workerData as string);
const parts = { core: await mutatedCore(mutant), defects: mutant.defects ?? {} };

parentPort?.on('message', (seeds: Seeds) => {
  void explore({ ...seeds, ...parts }).then((failing) => parentPort?.postMessage(failing));
});
