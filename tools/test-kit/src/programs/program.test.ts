import { appCommand, endedWell, nodeCommand, ProgramFailedError, runProgram, startProgram, textOf } from './program.ts';

const env = { KAFKA_TOPIC: 'devices-demo' };

describe('a program that is started as a process', () => {
  it('gets its settings and nothing else of this process’s environment', async () => {
    process.env['KAFKA_BROKERS'] = 'another:9092';
    const script = 'console.log(process.env.KAFKA_TOPIC, process.env.KAFKA_BROKERS); console.error("a log line")';
    const output = await runProgram(nodeCommand(['--eval', script], env));
    delete process.env['KAFKA_BROKERS'];
    expect(output).toBe('devices-demo undefined');
  });

  it('fails with its command, its exit code and the end of its output', async () => {
    const script = 'for (let i = 1; i <= 50; i++) console.error(`line ${i}`); process.exitCode = 3';
    const failing = runProgram(nodeCommand(['--eval', script], env));
    await expect(failing).rejects.toThrow(ProgramFailedError);
    await expect(failing).rejects.toThrow(
      /^`node --eval for .*` ended with exit code 3; the end of its output:\nline 31\n/,
    );
    await expect(failing).rejects.toThrow(/line 50$/);
  });

  it('is ended by the signal', async () => {
    const stopped = new AbortController();
    const waiting = runProgram(nodeCommand(['--eval', 'setInterval(() => {}, 1000)'], env), { signal: stopped.signal });
    stopped.abort();
    await expect(waiting).rejects.toThrow(/was ended by SIGTERM/);
  });

  it('shows what it printed only when it did not end well', async () => {
    const evaluated = (script: string) => endedWell(startProgram(nodeCommand(['--eval', script], env)));
    await expect(evaluated('console.log("fine")')).resolves.toBeUndefined();
    await expect(evaluated('console.log("bad"); process.exitCode = 4')).rejects.toThrow('ended with 4:\nbad');
  });
});

describe('the text of a command', () => {
  it('is what people type in the checkout', () => {
    expect(textOf(appCommand('speed-layer', ['drain'], env))).toBe('node apps/speed-layer/src/main.ts drain');
  });
});
