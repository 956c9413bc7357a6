import { listenAt } from './listen-at.ts';

/** A machine that refuses these addresses, such as one without IPv6; it records where a server listens. */
function aMachine(refused: Readonly<Record<string, string>>) {
  const hosts: string[] = [];
  const listen = ({ host }: { readonly host: string }) => {
    const code = refused[host];
    if (code !== undefined) return Promise.reject(Object.assign(new Error(`listen ${code}`), { code }));
    hosts.push(host);
    return Promise.resolve();
  };
  return { hosts, listen };
}

describe('a server without a given address', () => {
  it.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])(
    'listens on IPv4 alone where the machine answers %s for IPv6',
    async (code) => {
      const machine = aMachine({ '::': code });
      await listenAt(machine, 8080, undefined);
      expect(machine.hosts).toEqual(['0.0.0.0']);
    },
  );

  it('does not fall back to IPv4 when the port is in use', async () => {
    const machine = aMachine({ '::': 'EADDRINUSE' });
    await expect(listenAt(machine, 8080, undefined)).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
    expect(machine.hosts).toEqual([]);
  });
});
