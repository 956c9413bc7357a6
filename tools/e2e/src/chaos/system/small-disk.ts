import { mkdir, rm, statfs } from 'node:fs/promises';
import { execa } from 'execa';
import retry from 'p-retry';

/** Large enough for any run; a tmpfs takes only what it holds. */
const ROOMY = '8g';

/**
 * A file system of its own in memory, which can be made full: its size is set to what it holds at that moment, so that
 * writers get the real ENOSPC of the kernel. Only root can mount it.
 */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @returns undefined where nothing can be mounted. */
  static async mount(path: string): Promise<SmallDisk | undefined> {
    await mkdir(path, { recursive: true });
    const { failed } = await execa('mount', ['-t', 'tmpfs', '-o', `size=${ROOMY},mode=755`, 'tmpfs', path], {
      reject: false,
    });
    return failed ? undefined : new SmallDisk(path);
  }

  /** Ends what a run that was killed has left. */
  static async forget(path: string): Promise<void> {
    await execa('umount', ['--lazy', path], { reject: false });
    await rm(path, { recursive: true, force: true });
  }

  /** Leaves room for not one more page. */
  async fill(): Promise<void> {
    // The kernel refuses a size below what is used by then: others are writing meanwhile.
    await retry(() => this.#shrink(), { retries: 50, minTimeout: 20, factor: 1 });
  }

  async enlarge(): Promise<void> {
    await this.#resize(ROOMY);
  }

  async #shrink(): Promise<void> {
    const { bsize, blocks, bfree } = await statfs(this.path);
    await this.#resize(String(Math.max(1, blocks - bfree) * bsize));
  }

  async #resize(size: string): Promise<void> {
    await execa('mount', ['-o', `remount,size=${size}`, this.path]);
  }
}
