import { WorkerFailedError } from '../errors.ts';
import { runWorker } from './worker-command.ts';

const settings = { KAFKA_TOPIC: 'devices-demo' };
const { signal } = new AbortController();

function aScript(script: string) {
  return { args: ['--eval', script], settings };
}

describe('a worker of the demo', () => {
  it('gets its settings and nothing of the demo’s environment', async () => {
    process.env['KAFKA_BROKERS'] = 'somebody-elses:9092';

    const output = await runWorker(
      aScript('console.log(process.env.KAFKA_TOPIC, process.env.KAFKA_BROKERS); console.error("a log line")'),
      signal,
    );

    delete process.env['KAFKA_BROKERS'];
    expect(output).toBe('devices-demo undefined');
  });

  it('that fails is told with its command, its exit code and the end of its output', async () => {
    const failing = runWorker(
      aScript('for (let i = 1; i <= 50; i++) console.error(`line ${i}`); process.exitCode = 3'),
      signal,
    );

    await expect(failing).rejects.toThrow(WorkerFailedError);
    await expect(failing).rejects.toThrow(
      /^`node --eval for .*` ended with exit code 3; the end of its output:\nline 31\n/,
    );
    await expect(failing).rejects.toThrow(/line 50$/);
  });

  it('is ended with the demo', async () => {
    const stopped = new AbortController();
    const waiting = runWorker(aScript('setInterval(() => {}, 1000)'), stopped.signal);

    stopped.abort();

    await expect(waiting).rejects.toThrow(/was ended by SIGTERM/);
  });
});
