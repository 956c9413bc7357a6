import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rememberedOrDefault } from '../remembered-ports.ts';
import { deleteData } from '../stack.ts';
import { down, reset, up } from './up-and-down.ts';
import { stackEnvironment, stackStatus } from './status.ts';

describe('the commands of the stack', () => {
  let home: string;
  const report = (): void => undefined;
  const states = async () => (await stackStatus(home)).map(({ service, state }) => `${service}: ${state}`);

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'stack-commands-'));
    // As root's own folder is on most machines.
    await chmod(home, 0o700);
  });

  afterAll(() => reset({ home, report }));

  it('say that nothing was started', async () => {
    await expect(stackEnvironment(home)).rejects.toMatchObject({ code: 'NO_STACK' });
    expect(await states()).toEqual(['postgres: down', 'kafka: down', 'gcs: down']);
  });

  it('start the named services at free ports, in a folder that only their user may enter', async () => {
    await up({ home, ports: 'free', services: ['postgres'], report });
    expect(await states()).toEqual(['postgres: up', 'kafka: not asked for', 'gcs: not asked for']);
    const { ports } = await rememberedOrDefault(home);
    expect(await stackEnvironment(home)).toEqual({
      DATABASE_URL: `postgresql://postgres:postgres@127.0.0.1:${ports.postgres}/postgres`,
    });
  });

  it('add a service to those that run', async () => {
    const before = await rememberedOrDefault(home);
    await up({ home, ports: 'free', services: ['gcs'], report });
    expect(await states()).toEqual(['postgres: up', 'kafka: not asked for', 'gcs: up']);
    expect((await rememberedOrDefault(home)).ports.postgres).toBe(before.ports.postgres);
  });

  it('keep ports and data from down to up', async () => {
    const before = await rememberedOrDefault(home);
    await down({ home, report });
    expect(await states()).toEqual(['postgres: down', 'kafka: not asked for', 'gcs: down']);
    await up({ home, ports: 'free', services: ['gcs'], report });
    expect((await rememberedOrDefault(home)).ports).toEqual(before.ports);
  });

  it('delete everything at reset', async () => {
    await reset({ home, report });
    expect(existsSync(home)).toBe(false);
    await mkdir(home);
    expect(await states()).toEqual(['postgres: down', 'kafka: down', 'gcs: down']);
    await deleteData(home);
  });
});
