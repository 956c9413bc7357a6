import { execa } from 'execa';
import { ProgramMissingError } from '../errors.ts';

interface Requirement {
  /** As people know it: `Java`. */
  readonly name: string;
  readonly file: string;
  /** Makes it tell its version. */
  readonly args: readonly string[];
  /** Finds the version number in the program's output. */
  readonly version: RegExp;
  readonly atLeast: number;
  /** Stands before the number in a version, as Go's `1.`. */
  readonly series?: string;
  /** What needs it, and what would do instead. */
  readonly purpose: string;
}

/** @throws {ProgramMissingError} when it is not there or too old, saying what to install. */
export async function requireProgram({ name, file, args, series = '', ...wanted }: Requirement): Promise<void> {
  const { all, failed } = await execa(file, args, { all: true, reject: false, stdin: 'ignore' });
  const version = Number(wanted.version.exec(all)?.[1] ?? Number.NaN);
  if (!failed && version >= wanted.atLeast) return;
  const fact = failed ? `${name} (${file}) is not on this machine` : `${name} (${file}) is version ${series}${version}`;
  throw new ProgramMissingError(`${fact}; install ${name} ${series}${wanted.atLeast} or newer: ${wanted.purpose}`);
}
