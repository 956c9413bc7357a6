import { execa } from 'execa';
import { ProgramMissingError } from '../errors.ts';

interface Requirement {
  /** As people know it: `Java`. */
  readonly name: string;
  readonly file: string;
  /** Makes it tell its version. */
  readonly args: readonly string[];
  /** Finds the major version in what it tells. */
  readonly major: RegExp;
  readonly atLeast: number;
  /** What needs it, and what would do instead. */
  readonly purpose: string;
}

/** @throws {ProgramMissingError} when it is not there or too old, saying what to install. */
export async function requireProgram({ name, file, args, ...wanted }: Requirement): Promise<void> {
  const { all, failed } = await execa(file, args, { all: true, reject: false, stdin: 'ignore' });
  const major = Number(wanted.major.exec(all)?.[1] ?? Number.NaN);
  if (!failed && major >= wanted.atLeast) return;
  const fact = failed ? `${name} (${file}) is not on this machine` : `${name} (${file}) is version ${major}`;
  throw new ProgramMissingError(`${fact}; install ${name} ${wanted.atLeast} or newer: ${wanted.purpose}`);
}
