/** The port is in use, or this process may not listen at it. */
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

/** A server that can listen, such as one of Fastify. */
export interface Listening {
  listen(place: { readonly port: number; readonly host: string }): Promise<unknown>;
}

/** Error codes of a machine whose kernel or settings exclude IPv6. */
const WITHOUT_IPV6: ReadonlySet<unknown> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL']);

/**
 * Listens at the address; without one, at `::`, where Node accepts IPv6 and IPv4, or at IPv4 on a machine without IPv6.
 * @throws {PortUnavailableError} when the port is in use or reserved, or the address does not belong to this machine.
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
