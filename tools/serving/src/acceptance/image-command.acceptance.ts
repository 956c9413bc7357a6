import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePortNumbers } from '@antenna/local-stack';
import { temporaryFolder, type TemporaryFolder, until } from '@antenna/test-kit';
import { pythonEnvironment } from '../local/python-environment.ts';
import { defaultHome } from '../local/superset-server.ts';

const checkout = resolve(import.meta.dirname, '../../../..');
const deployed = resolve(checkout, 'deploy/superset');

let folder: TemporaryFolder;
let server: ChildProcess | undefined;
let port: number;
beforeEach(async () => {
  server = undefined;
  folder = await temporaryFolder();
  [port = 0] = await freePortNumbers(1);
});
afterEach(async () => {
  // False for a process that has ended or never ran.
  if (server?.kill('SIGTERM') === true) await once(server, 'exit');
  await folder.close();
});

/** Starts what the image starts, with a small application in place of Superset, at a free port. */
async function startImageCommand(): Promise<ChildProcess> {
  const dockerfile = await readFile(join(checkout, 'docker/superset.Dockerfile'), 'utf8');
  const [, options = ''] = /GUNICORN_CMD_ARGS="([^"]*)"/.exec(dockerfile) ?? [];
  const config = join(folder.path, 'at_free_port.py');
  const [, configInImage = ''] = /--config=(\S+)/.exec(options) ?? [];
  const original = configInImage.replace('/opt/antenna-usage', deployed);
  await writeFile(config, `exec(open(${JSON.stringify(original)}).read())\nbind = bind.replace(':8088', ':${port}')\n`);
  const application =
    'def application(environ, start):\n    start("200 OK", [])\n    return [environ["SERVER_NAME"].encode()]\n';
  await writeFile(join(folder.path, 'small.py'), application);
  const { python } = await pythonEnvironment(defaultHome, () => undefined);
  return spawn(python, ['-m', 'gunicorn', 'small:application'], {
    cwd: folder.path,
    env: { ...process.env, GUNICORN_CMD_ARGS: options.replace(configInImage, config) },
    stdio: 'ignore',
  });
}

describe('the server of Superset’s image, with the options of its Dockerfile', () => {
  it.each(['127.0.0.1', '[::1]'])('answers at %s', async (host) => {
    const started = await startImageCommand();
    server = started;
    const answered = async (): Promise<boolean> => {
      if (started.exitCode !== null) throw new Error(`gunicorn has ended with ${started.exitCode}`);
      return (await fetch(`http://${host}:${port}/`).catch(() => undefined))?.ok ?? false;
    };
    expect(await until(answered, { what: `answer at ${host}`, deadlineMs: 60_000 })).toBe(true);
  });
});
