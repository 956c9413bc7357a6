/** Nothing can listen at the port. */
class PortUnavailableError extends Error {
  readonly code = 'PORT_UNAVAILABLE';
  readonly exitCode = 1;
  override readonly name = 'PortUnavailableError';

  /** @param host undefined for all addresses of this machine. */
  constructor(host: string | undefined, port: number, cause: unknown) {
    const place = host === undefined ? `port ${port}` : `port ${port} of ${host}`;
    super(
      `cannot listen at ${place}: ${cause instanceof Error ? cause.message : String(cause)}; end what listens there, or ` +
        `give another HTTP_PORT (0 for any that is free); HTTP_HOST is an address of this machine`,
      { cause },
    );
  }
}

/** What listens: a server of Fastify's. */
export interface Listening {
  listen(place: { readonly port: number; readonly host: string }): Promise<unknown>;
}

/** What a machine answers that has no IPv6, by its kernel or by a setting. */
const WITHOUT_IPV6: ReadonlySet<unknown> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL']);

/**
 * Listens at the address, or at all of IPv4 and IPv6: at `::` Node listens for both, where the machine has IPv6.
 * @throws {PortUnavailableError} when the port is taken or not ours to use, or the address is none of this machine.
 */
export async function listenAt(server: Listening, port: number, host: string | undefined): Promise<void> {
  try {
    await server.listen({ port, host: host ?? '::' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (host !== undefined || !WITHOUT_IPV6.has(code)) throw new PortUnavailableError(host, port, error);
    await listenAt(server, port, '0.0.0.0');
  }
}
