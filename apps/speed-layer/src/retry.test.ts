import { ArchiveError } from '@antenna/event-archive';
import { createLogger } from '@antenna/telemetry';
import { retryWhilePassing } from './retry.ts';

const retry = retryWhilePassing(createLogger({ level: 'error', format: 'json', name: 'test' }));
const withCode = (code: string, fields: object = {}) => Object.assign(new Error(code), { code, ...fields });

/** @returns how often `retry` called an operation that fails once and then succeeds. */
async function triesAfter(failure: Error): Promise<number> {
  let tries = 0;
  const operation = () => {
    tries += 1;
    return tries === 1 ? Promise.reject(failure) : Promise.resolve();
  };
  await retry('a step', operation, new AbortController().signal).catch(() => undefined);
  return tries;
}

describe('a step of a worker', () => {
  it.each([
    ['Postgres is read-only', withCode('25006')],
    ['a name server is away', withCode('EAI_AGAIN', { syscall: 'getaddrinfo' })],
    ['the brokers are away', withCode('x', { name: 'KafkaJSNumberOfRetriesExceeded', retriable: false })],
    ['the disk of the archive is full', new ArchiveError('ARCHIVE_FULL', 'the disk is full')],
  ])('is retried when %s', async (_when, failure) => {
    expect(await triesAfter(failure)).toBe(2);
  });

  it.each([
    ['a file is missing', withCode('ENOENT', { syscall: 'open' })],
    ['a name is too long', withCode('ENAMETOOLONG', { syscall: 'open' })],
    ['the archive refuses it', new ArchiveError('ARCHIVE_REFUSED', 'no right')],
    ['a table is missing', withCode('42P01')],
    ['it has a bug', new TypeError('x is not a function')],
  ])('is not retried when %s', async (_when, failure) => {
    expect(await triesAfter(failure)).toBe(1);
  });
});
