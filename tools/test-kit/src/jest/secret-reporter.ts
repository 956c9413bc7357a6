import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialUsers } from '@antenna/usage-store';
import { secretMark } from '../secret.ts';

/** No output may hold a secret; no log, error, metric or answer may hold the name or address of a person. */
const secret = new RegExp(secretMark);
const person = new RegExp(`\\b(${initialUsers.map(({ name }) => name).join('|')})\\b|[\\w.]+@gmail\\.com`);
const shownOfLine = 300;

/**
 * A reporter that fails the run when anything that a program printed while tests ran holds a secret or a person.
 * each-test-file.ts records what they print.
 */
export default class SecretReporter {
  #folder = '';
  #error: Error | undefined;

  onRunStart(): void {
    this.#folder = mkdtempSync(join(tmpdir(), 'antenna-output-'));
    // For the processes that run the tests: they are started later.
    process.env['TEST_OUTPUT_FOLDER'] = this.#folder;
  }

  onRunComplete(): void {
    const files = readdirSync(this.#folder);
    const found = files.flatMap((file) => leaksOf(file, readFileSync(join(this.#folder, file), 'utf8')));
    rmSync(this.#folder, { recursive: true, force: true });
    if (found.length === 0) return;
    this.#error = new Error(`${found.length} lines hold a secret or a person`);
    process.stderr.write(`\nThese lines hold a secret or a person:\n${found.slice(0, 20).join('\n')}\n`);
  }

  /** Jest fails the run for it. */
  getLastError(): Error | undefined {
    return this.#error;
  }
}

function leaksOf(file: string, text: string): string[] {
  const isResult = file.endsWith('.stdout');
  return text
    .split('\n')
    .filter((line) => secret.test(line) || (!isResult && person.test(line)))
    .map((line) => `  ${file}: ${line.slice(0, shownOfLine)}`);
}
