import { requireProgram } from './required-program.ts';

const node = { name: 'Node', file: process.execPath, args: ['--version'], version: /v(\d+)/, purpose: 'it runs this' };

describe('a program that is required', () => {
  it('is fine when it is new enough', async () => {
    await expect(requireProgram({ ...node, atLeast: 24 })).resolves.toBeUndefined();
  });

  it('is refused when it is too old, with what to install and why', async () => {
    await expect(requireProgram({ ...node, series: '0.', atLeast: 999 })).rejects.toThrow(
      /is version 0\.\d+; install Node 0\.999 or newer: it runs this$/,
    );
  });

  it('is missed when it is not there', async () => {
    await expect(requireProgram({ ...node, file: 'no-such-program', atLeast: 1 })).rejects.toThrow(
      'Node (no-such-program) is not on this machine; install Node 1 or newer: it runs this',
    );
  });
});
