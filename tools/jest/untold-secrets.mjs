import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretMark } from '../test-kit/src/secret.ts';
import { initialUsers } from '../../libs/usage-store/src/initial-users.ts';

/** A secret may be told nowhere, a person's name or address in no log, error, metric or answer. */
const secret = new RegExp(secretMark);
const person = new RegExp(`\\b(${initialUsers.map(({ name }) => name).join('|')})\\b|[\\w.]+@gmail\\.com`);
const shownOfLine = 300;

/**
 * A reporter that fails the run when anything that a program printed while tests ran tells a secret or a person.
 * record-output.mjs keeps what they print.
 */
export default class UntoldSecrets {
  #folder;
  #error;

  onRunStart() {
    this.#folder = mkdtempSync(join(tmpdir(), 'antenna-output-'));
    // For the processes that run the tests, and are not there yet.
    process.env.TEST_OUTPUT_FOLDER = this.#folder;
  }

  onRunComplete() {
    const files = readdirSync(this.#folder);
    const found = files.flatMap((file) => tellingLines(file, readFileSync(join(this.#folder, file), 'utf8')));
    rmSync(this.#folder, { recursive: true, force: true });
    if (found.length === 0) return;
    this.#error = new Error(`${found.length} lines tell a secret or a person`);
    process.stderr.write(`\nThese lines tell a secret or a person:\n${found.slice(0, 20).join('\n')}\n`);
  }

  /** Jest fails the run for it. */
  getLastError() {
    return this.#error;
  }
}

function tellingLines(file, text) {
  const isResult = file.endsWith('.stdout');
  return text
    .split('\n')
    .filter((line) => secret.test(line) || (!isResult && person.test(line)))
    .map((line) => `  ${file}: ${line.slice(0, shownOfLine)}`);
}
