/** Nothing can listen at the port. */
export class PortUnavailableError extends Error {
  readonly code = 'PORT_UNAVAILABLE';
  readonly exitCode = 1;
  override readonly name = 'PortUnavailableError';

  constructor(host: string, port: number, cause: unknown) {
    super(
      `cannot listen at port ${port} of ${host}: ${cause instanceof Error ? cause.message : String(cause)}; ` +
        `end what listens there, or give another HTTP_PORT (0 for any that is free)`,
      { cause },
    );
  }
}
