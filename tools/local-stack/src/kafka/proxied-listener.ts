/** A further listener (`PROXIED`) for clients that reach the broker through a proxy: it advertises the proxy's port. */
export interface ProxiedListener {
  /** Where the broker listens for the proxy. */
  readonly port: number;
  /** Where clients find the proxy, on this machine. */
  readonly advertisedPort: number;
}

/** Adds the listener to a broker's properties. */
export function withProxiedListener(
  properties: Readonly<Record<string, string | number>>,
  { port, advertisedPort }: ProxiedListener,
): Readonly<Record<string, string | number>> {
  return {
    ...properties,
    listeners: `${String(properties['listeners'])},PROXIED://127.0.0.1:${port}`,
    'advertised.listeners': `${String(properties['advertised.listeners'])},PROXIED://127.0.0.1:${advertisedPort}`,
    'listener.security.protocol.map': `${String(properties['listener.security.protocol.map'])},PROXIED:PLAINTEXT`,
    'inter.broker.listener.name': 'PLAINTEXT',
  };
}
