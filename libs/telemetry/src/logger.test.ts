import { Writable } from 'node:stream';
import { createLogger, type Logger, type LoggerOptions } from './logger.ts';

interface Written {
  readonly log: Logger;
  /** The whole output of the logger. */
  readonly text: () => string;
  /** The lines of the output, parsed as JSON. */
  readonly lines: () => unknown[];
}

function aLogger(options: Partial<LoggerOptions> = {}): Written {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const log = createLogger({ level: 'info', format: 'json', name: 'worker', stream, ...options });
  const lines = () =>
    written
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  return { log, text: () => written, lines };
}

/** An error as libraries throw it: with additional fields and a cause. */
function anError(): Error {
  return Object.assign(new Error('refused', { cause: new Error('postgresql://me:hunter2@db/usage') }), {
    code: '28P01',
  });
}

describe('a log of JSON lines', () => {
  it('has the time, level, application and message of a line, and its fields', () => {
    const { log, lines } = aLogger();
    log.warn('lagging', { partition: 3, lag: 5n, since: new Date(0) });
    expect(lines()).toEqual([
      {
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        level: 'warn',
        logger: 'worker',
        message: 'lagging',
        partition: 3,
        lag: '5',
        since: '1970-01-01T00:00:00.000Z',
      },
    ]);
  });

  it('leaves out lines below its level', () => {
    const { log, lines } = aLogger({ level: 'warn' });
    log.info('quiet');
    log.warn('said');
    expect(lines()).toMatchObject([{ message: 'said' }]);
  });

  it('has an error with its stack, code and cause', () => {
    const { log, lines } = aLogger();
    log.error('cannot connect', { error: anError() });
    expect(lines()).toMatchObject([
      {
        message: 'cannot connect',
        error: {
          message: 'refused',
          code: '28P01',
          stack: expect.stringContaining('logger.test.ts') as string,
          cause: { message: 'postgresql://me:***@db/usage' },
        },
      },
    ]);
  });

  it('has each inner error of an AggregateError', () => {
    const { log, lines } = aLogger();
    log.error('cannot connect', { error: new AggregateError([new Error('refused'), new Error('no route')], 'both') });
    expect(lines()).toMatchObject([{ error: { errors: [{ message: 'refused' }, { message: 'no route' }] } }]);
  });

  it('has the fields of a child logger in the lines of the child only', () => {
    const { log, lines } = aLogger();
    log.child({ partition: 3 }).info('one');
    log.info('two');
    expect(lines()).toMatchObject([{ partition: 3, message: 'one' }, { message: 'two' }]);
    expect(lines()[1]).not.toHaveProperty('partition');
  });

  it('has maps and sets as lists, and the length of binary data', () => {
    const { log, lines } = aLogger();
    log.info('odd', { assigned: new Set([1, 2]), ends: new Map([[0, 5n]]), key: Buffer.from('key') });
    expect(lines()).toMatchObject([{ assigned: [1, 2], ends: [[0, '5']], key: '(3 bytes)' }]);
  });

  it('has an object that refers to itself, without endless recursion', () => {
    const { log, lines } = aLogger();
    const itself: Record<string, unknown> = {};
    itself['itself'] = itself;
    log.info('round', { itself });
    expect(lines()).toMatchObject([{ itself: { itself: '(circular)' } }]);
  });
});

describe.each(['json', 'pretty'] as const)('secrets in a log of format %s', (format) => {
  it.each([
    ['a password in a URL', 'connecting to postgresql://me:hunter2@db/usage', {}],
    ['a password in a URL that holds an @', 'amqp://me:hunter2@hunter2@db', {}],
    ['a field with a secret name', 'connecting', { sasl: { username: 'me', password: 'hunter2' } }],
    ['a field of the line itself', 'connecting', { saslPassword: 'hunter2', Authorization: 'hunter2' }],
    ['an error', 'failed', { error: new Error('cannot reach http://me:hunter2@host') }],
    ['a cause', 'failed', { error: new Error('x', { cause: { url: 'http://me:hunter2@host' } }) }],
    ['a list', 'brokers', { urls: ['http://me:hunter2@host'] }],
  ])('are hidden: %s', (_what, message, fields) => {
    const { log, text } = aLogger({ format });
    log.error(message, fields);
    expect(text()).toContain('***');
    expect(text()).not.toContain('hunter2');
  });

  it('are hidden wherever they occur if they are known, the longest first', () => {
    const { log, text } = aLogger({ format, secrets: ['swordfish', 'swordfish"zz'] });
    log.child({ from: 'swordfish' }).info('a swordfish', { note: 'swordfish"zz', error: new Error('swordfish') });
    expect(text()).not.toMatch(/swordfish|zz/);
  });

  it('are not searched for when they are shorter than four characters', () => {
    const { log, text } = aLogger({ format, secrets: ['a'] });
    log.info('a day at the races');
    expect(text()).toContain('a day at the races');
  });
});

describe('a log of format pretty', () => {
  it('has the fields of a line behind the message', () => {
    const { log, text } = aLogger({ format: 'pretty' });
    log.info('flushed', { partition: 3, owner: 'host 1' });
    expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}worker: flushed partition=3 owner='host 1'\n$/);
  });

  it('has the stack of an error below the line', () => {
    const { log, text } = aLogger({ format: 'pretty' });
    log.error('failed', { error: anError() });
    expect(text()).toMatch(/ERROR worker: failed\n {2}Error: refused\n(.*\n)+ {2}caused by/);
  });
});
