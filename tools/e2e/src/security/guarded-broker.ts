import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  freePortNumbers,
  type FurtherListener,
  type LocalServer,
  type ServerCertificate,
  startKafka,
} from '@antenna/local-stack';
import type { CertificateAuthority } from '@antenna/test-kit';
import type { TokenServer } from './token-server.ts';

/** Who gives the broker what it checks its clients with. */
interface Guards {
  /** Of the broker's files. */
  readonly home: string;
  readonly tokens: TokenServer;
  /** Of the broker and of its clients. */
  readonly authority: CertificateAuthority;
}

/** One broker that is reached in many ways; where each of them is: `host:port`. */
export interface GuardedBroker {
  readonly server: LocalServer;
  /** For those who may do everything. */
  readonly plain: string;
  /** Wants a token. */
  readonly tokens: string;
  /** Wants a certificate of the client. */
  readonly certificates: string;
  readonly ipv6: string;
  /** Answers, and sends its clients to an address where nothing answers. */
  readonly lost: string;
  /** That address. */
  readonly nowhere: string;
}

const MODULE = 'org.apache.kafka.common.security.oauthbearer';

/** Rights are refused only for what there are rules of. */
const RULES = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
  'allow.everyone.if.no.acl.found': 'true',
};

export async function startGuardedBroker({ home, tokens, authority }: Guards): Promise<GuardedBroker> {
  const [port = 0, controllerPort = 0, ...ports] = await freePortNumbers(7);
  const [forTokens = 0, forCertificates = 0, forIpv6 = 0, forLost = 0, unused = 0] = ports;
  const places = {
    plain: `127.0.0.1:${port}`,
    tokens: `127.0.0.1:${forTokens}`,
    certificates: `localhost:${forCertificates}`,
    ipv6: `[::1]:${forIpv6}`,
    lost: `127.0.0.1:${forLost}`,
    nowhere: `127.0.0.1:${unused}`,
  };
  const keystore = join(home, 'broker.pem');
  const truststore = join(home, 'clients.pem');
  const { privateKey, chain }: ServerCertificate = authority.issue('localhost');
  await writeFile(keystore, `${privateKey}\n${chain}\n`, { mode: 0o600 });
  await writeFile(truststore, authority.certificate);
  const server = await startKafka({
    home,
    port,
    controllerPort,
    report: () => undefined,
    further: {
      listeners: listenersAt(places),
      properties: { ...RULES, ...tokenProperties(tokens.keysUrl), ...certificateProperties(keystore, truststore) },
      // Since Kafka 4 a broker fetches keys only from where its administrator says.
      jvmArguments: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${tokens.keysUrl}`],
    },
  });
  return { server, ...places };
}

function listenersAt(places: Omit<GuardedBroker, 'server' | 'plain'>): readonly FurtherListener[] {
  return [
    { name: 'TOKENS', protocol: 'SASL_PLAINTEXT', address: places.tokens },
    { name: 'CERTIFICATES', protocol: 'SSL', address: places.certificates },
    { name: 'IPV6', protocol: 'PLAINTEXT', address: places.ipv6 },
    { name: 'LOST', protocol: 'PLAINTEXT', address: places.lost, advertised: places.nowhere },
  ];
}

function tokenProperties(keysUrl: string): Readonly<Record<string, string>> {
  return {
    'sasl.enabled.mechanisms': 'OAUTHBEARER',
    'sasl.oauthbearer.jwks.endpoint.url': keysUrl,
    'listener.name.tokens.oauthbearer.sasl.jaas.config': `${MODULE}.OAuthBearerLoginModule required;`,
    'listener.name.tokens.oauthbearer.sasl.server.callback.handler.class': `${MODULE}.OAuthBearerValidatorCallbackHandler`,
    // Ends a session when its token does.
    'connections.max.reauth.ms': '60000',
  };
}

function certificateProperties(keystore: string, truststore: string): Readonly<Record<string, string>> {
  return {
    'listener.name.certificates.ssl.client.auth': 'required',
    'listener.name.certificates.ssl.keystore.type': 'PEM',
    'listener.name.certificates.ssl.keystore.location': keystore,
    'listener.name.certificates.ssl.truststore.type': 'PEM',
    'listener.name.certificates.ssl.truststore.location': truststore,
  };
}
