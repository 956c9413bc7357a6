import { ContestantFailedError } from '../errors.ts';
import { type CommandLine, lastLines, start } from '../measure/run-measured.ts';

/**
 * Runs `work` while a service runs, then ends it as an operator would.
 * @throws {ContestantFailedError} when the service ends before the work is done.
 */
export async function withService<T>(command: CommandLine, work: (pid: number) => Promise<T>): Promise<T> {
  const service = start(command);
  let isOver = false;
  const early = service.then(({ all, escapedCommand }): never | undefined => {
    if (isOver) return undefined;
    throw new ContestantFailedError(`${escapedCommand} ended too early\n${lastLines(all)}`);
  });
  try {
    const done = await Promise.race([work(service.pid ?? 0).then((value) => ({ value })), early]);
    if (done === undefined) throw new ContestantFailedError(`${command.file} ended too early`);
    return done.value;
  } finally {
    isOver = true;
    service.kill('SIGTERM');
    await service;
  }
}
