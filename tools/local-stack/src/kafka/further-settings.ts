/** A listener beside the plain one. */
export interface FurtherListener {
  /** In capitals: `TOKENS`. Its settings begin with `listener.name.tokens.`. */
  readonly name: string;
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** Where it listens: `host:port`, an IPv6 address in brackets. */
  readonly address: string;
  /** The advertised address; by default the address at which it listens. */
  readonly advertised?: string;
}

/** What a broker of a test has beside the usual. */
export interface FurtherSettings {
  readonly listeners: readonly FurtherListener[];
  /** As `server.properties` has them. */
  readonly properties: Readonly<Record<string, string | number>>;
  /** Of its Java virtual machine. */
  readonly jvmArguments?: readonly string[];
}

type Properties = Readonly<Record<string, string | number>>;

/** Adds listeners and settings to a broker's properties. */
export function withFurtherSettings(
  properties: Properties,
  { listeners, properties: own }: FurtherSettings,
): Properties {
  const added = (name: string, texts: readonly string[]) => ({
    [name]: [String(properties[name]), ...texts].join(','),
  });
  return {
    ...properties,
    ...added(
      'listeners',
      listeners.map(({ name, address }) => `${name}://${address}`),
    ),
    ...added(
      'advertised.listeners',
      listeners.map(({ name, address, advertised = address }) => `${name}://${advertised}`),
    ),
    ...added(
      'listener.security.protocol.map',
      listeners.map(({ name, protocol }) => `${name}:${protocol}`),
    ),
    'inter.broker.listener.name': 'PLAINTEXT',
    ...own,
  };
}

/** The port of `host:port`. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
