import { join, relative } from 'node:path';
import { checkout, type Environment, nodeCommand, type Program, runProgram } from '@antenna/test-kit';
import type { Failpoint } from '../../failpoint.ts';
import { startBundle } from '../../workers.ts';
import type { WorkerProcess } from './worker-group.ts';

/** Files to start. */
export interface Bundles {
  /** With the failpoints. */
  readonly speedLayer: string;
  readonly batchLayer: string;
}

const FAILPOINTS = '--preload=tools/e2e/src/failpoints.ts';

/**
 * Bundles both layers as for their images, the speed layer with the failpoints: hundreds of workers start twice as fast
 * from them, and all of one run have one version, even if sources are edited meanwhile.
 * @param folder inside of the checkout, where the packages that are not bundled are found; made anew.
 */
export async function bundleLayers(folder: string): Promise<Bundles> {
  const bundled = async (app: string, ...flags: readonly string[]): Promise<string> => {
    const place = join(folder, app);
    const command = ['tools/build.mjs', app, `--folder=${relative(checkout, place)}`, ...flags];
    await runProgram(nodeCommand(command, {}));
    return join(place, 'main.js');
  };
  return { speedLayer: await bundled('speed-layer', FAILPOINTS), batchLayer: await bundled('batch-layer') };
}

/** Starts programs of the stream, with its settings of that moment; the log names each by its command and number. */
export function programs(bundles: Bundles, environment: () => Environment, log: (line: string) => void) {
  let started = 0;
  const asProcess = (name: string, program: Program): WorkerProcess => {
    started += 1;
    const label = `${name} ${started}`;
    log(`${label} started, pid ${String(program.pid)}`);
    return {
      pid: program.pid,
      kill: (signal) => program.kill(signal),
      ended: program.then(({ exitCode, signal, all }) => {
        log(`${label} ended with ${exitCode ?? signal ?? 'nothing'}\n${all.replaceAll(/^/gm, '    ')}`);
        return { exitCode, signal, printed: all };
      }),
    };
  };
  return {
    worker: (args: readonly string[], failpoint?: Failpoint) =>
      asProcess(args.join(' '), startBundle(bundles.speedLayer, args, environment(), failpoint)),
    batch: (args: readonly string[]) =>
      asProcess(`batch ${args.join(' ')}`, startBundle(bundles.batchLayer, args, environment())),
  };
}
