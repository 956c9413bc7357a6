import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file. @returns its path. */
  write(name: string, content: string): Promise<string>;
  /** Deletes it with all that it holds. */
  close(): Promise<void>;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'antenna-usage-'));
  return {
    path,
    async write(name, content) {
      const file = join(path, name);
      await writeFile(file, content);
      return file;
    },
    close: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
