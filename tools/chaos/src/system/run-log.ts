import { appendFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

/** Begins a log file. @returns what appends a line with its time; nothing is lost when the run itself is killed. */
export async function logTo(file: string): Promise<(line: string) => void> {
  await writeFile(file, '');
  return (line) => {
    appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
  };
}
