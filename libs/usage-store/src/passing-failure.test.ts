import { isPassingFailure } from './passing-failure.ts';

function stateError(code: string): Error {
  return Object.assign(new Error('the server says so'), { code, severity: 'ERROR' });
}

it('a call is repeated when a partition was attached while it ran, and not when a row violates a check', () => {
  const refused = (message: string) => Object.assign(new Error(message), { code: '23514', severity: 'ERROR' });
  const misplaced = 'new row for relation "bytes_beyond" violates partition constraint';
  expect(isPassingFailure(refused(misplaced))).toBe(true);
  expect(isPassingFailure(refused('new row for relation "hour" violates check constraint "hour_check"'))).toBe(false);
});

function systemError(syscall: string, code: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { syscall, code });
}

describe('a failed call to Postgres', () => {
  it.each([
    ['25006', 'a server that is read-only during a failover'],
    ['25P04', 'a transaction that took too long'],
    ['57P01', 'a server that stops'],
    ['57P03', 'a server that starts, or is in recovery'],
    ['57P05', 'a session that was idle for too long'],
    ['53300', 'too many connections'],
    ['53100', 'a full disk'],
    ['40001', 'a transaction that cannot be serialized'],
    ['40P01', 'a deadlock'],
    ['55P03', 'a lock that was not available in time'],
    ['08006', 'a connection that broke'],
    ['08P01', 'a pooler that has no server'],
  ])('is transient with SQLSTATE %s: %s', (state) => {
    expect(isPassingFailure(stateError(state))).toBe(true);
  });

  it.each([
    ['23505', 'a key that exists'],
    ['22003', 'a sum out of range'],
    ['25001', 'a transaction in a transaction'],
    ['28P01', 'a wrong password'],
    ['42501', 'a missing right'],
    ['42P01', 'a missing table'],
    ['AU001', 'a lost fence'],
    ['XX001', 'a damaged table'],
  ])('is final with SQLSTATE %s: %s', (state) => {
    expect(isPassingFailure(stateError(state))).toBe(false);
  });

  it.each([
    ['EPIPE, though it has the five characters of a SQLSTATE', systemError('write', 'EPIPE')],
    ['EAI_AGAIN, a name server that does not answer', systemError('getaddrinfo', 'EAI_AGAIN')],
    ['a lost connection, which the driver reports without a code', new Error('Connection terminated unexpectedly')],
    ['a connection that was lost while it waited in the pool', new Error('Client was closed and is not queryable')],
    ['a full pool', new Error('Knex: Timeout acquiring a connection. The pool is probably full.')],
  ])('is transient with %s', (_what, error) => {
    expect(isPassingFailure(error)).toBe(true);
  });

  it.each([
    ['ENOENT of a file', systemError('open', 'ENOENT')],
    ['ENAMETOOLONG of a file', systemError('open', 'ENAMETOOLONG')],
    [
      'an error of this program whose message has the word timeout',
      Object.assign(new Error('a timeout'), { code: 'COMMIT_TOO_LONG' }),
    ],
    ['a bug', new TypeError('x is not a function')],
  ])('is final with %s', (_what, error) => {
    expect(isPassingFailure(error)).toBe(false);
  });
});
