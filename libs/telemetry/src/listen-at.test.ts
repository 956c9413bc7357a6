import { listenAt } from './listen-at.ts';

/** A machine that refuses these addresses, as one without IPv6 does, and where it was listened at. */
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

describe('a server for which no address is given', () => {
  it.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])(
    'listens at IPv4 alone where the machine answers %s for IPv6',
    async (code) => {
      const machine = aMachine({ '::': code });
      await listenAt(machine, 8080, undefined);
      expect(machine.hosts).toEqual(['0.0.0.0']);
    },
  );

  it('listens at nothing else when the port is taken', async () => {
    const machine = aMachine({ '::': 'EADDRINUSE' });
    await expect(listenAt(machine, 8080, undefined)).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
    expect(machine.hosts).toEqual([]);
  });
});
