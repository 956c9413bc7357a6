import { runMeasured } from './run-measured.ts';

const burn = `const end = process.cpuUsage().user + 400_000; while (process.cpuUsage().user < end);`;
const node = (script: string) => ({ file: process.execPath, args: ['--eval', script], env: {} });
const inChild = `require('node:child_process').execFileSync(process.execPath, ['--eval', process.env.SCRIPT])`;

describe('a measured run', () => {
  it('counts the time of threads and of children that have ended', async () => {
    const thread = `new (require('node:worker_threads').Worker)(process.env.SCRIPT, { eval: true })`;

    const [inThread, child] = [
      await runMeasured([{ ...node(thread), env: { SCRIPT: burn } }]),
      await runMeasured([{ ...node(inChild), env: { SCRIPT: burn } }]),
    ];

    expect(inThread.usage.cpuSeconds).toBeGreaterThanOrEqual(0.4);
    expect(child.usage.cpuSeconds).toBeGreaterThanOrEqual(0.4);
  });

  it('knows the most memory that was held, also if it was given back', async () => {
    const allocate = `let it = Buffer.alloc(200_000_000, 1); it = undefined; setTimeout(() => {}, 300)`;

    const { usage } = await runMeasured([node(allocate)]);

    expect(usage.peakMemoryBytes).toBeGreaterThan(200_000_000);
    expect(usage.peakMemoryBytes).toBeLessThan(400_000_000);
  });

  it('has no figures for a program that fails', async () => {
    await expect(runMeasured([node(`console.error('no luck'); process.exitCode = 3`)])).rejects.toThrow(/no luck/);
  });
});
