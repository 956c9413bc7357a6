import { readdir, readFile, readlink } from 'node:fs/promises';

const listening = '0A';

/** The process that listens at a TCP port of this machine, as `123 (postgres)`; undefined where it is unknown. */
export async function ownerOfPort(port: number): Promise<string | undefined> {
  const sockets = await listeningSockets(port);
  for (const pid of await entries('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of await entries(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (sockets.has(target)) return `${pid} (${await nameOf(pid)})`;
    }
  }
  return undefined;
}

/** As the descriptors of processes show them: `socket:[12345]`. */
async function listeningSockets(port: number): Promise<Set<string>> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(textOf));
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  return new Set(
    rows
      .filter(([, local, , state]) => local?.endsWith(suffix) === true && state === listening)
      .map((row) => `socket:[${row[9] ?? ''}]`),
  );
}

async function nameOf(pid: string): Promise<string> {
  return (await textOf(`/proc/${pid}/comm`)).trim();
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function entries(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}
