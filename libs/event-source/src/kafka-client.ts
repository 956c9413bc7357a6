import type { ConnectionOptions } from 'node:tls';
import kafkajs, { type ISocketFactory, type Kafka, type KafkaConfig, type LogEntry, type SASLOptions } from 'kafkajs';
import { tellRefusedCoordinator } from './refused-coordinator.ts';
import type { KafkaConnection, KafkaTls } from './settings/kafka-settings.ts';
import { timeOutOnSilence } from './slow-responses.ts';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import snappy from 'kafkajs-snappy';
import { compressFrame, decompressFrame } from 'lz4-napi';
import type { KafkaSasl, TokenProvider } from './settings/login-settings.ts';
import { RenewedToken, type TokenSource } from './login/bearer-token.ts';
import { clientCredentialsTokens } from './login/client-credentials.ts';
import { googleTokens } from './login/google-credentials.ts';
import { isIPv6 } from 'node:net';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import { collectResponses } from './received/collected-responses.ts';
import { reusingSocket } from './received/reusing-socket.ts';

/** Receives the log messages of the Kafka client. */
export type KafkaLog = (message: string, details: Readonly<Record<string, unknown>>) => void;

type Changes = Pick<KafkaConfig, 'requestTimeout' | 'retry' | 'socketFactory'>;

/**
 * A Kafka client whose every request ends: a request fails when its broker is silent for 10 s, and is tried six times
 * with backoff from 0.2 s to 3 s. A response may take longer to arrive, such as one of 8 MiB over a slow link.
 * @param changes of this configuration, for tests and for callers that wait longer.
 */
export function kafkaClient(
  { brokers, ssl, sasl }: KafkaConnection,
  clientId: string,
  log: KafkaLog,
  changes: Changes = {},
): Kafka {
  registerCodecs();
  collectResponses();
  timeOutOnSilence();
  tellRefusedCoordinator();
  const config: KafkaConfig = {
    clientId,
    brokers: brokers.map(withoutColons),
    ssl: ssl === false ? false : tlsOptions(ssl),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
    socketFactory: addressedSockets(),
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 6 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => {
      if (!isNoise(entry)) log(entry.log.message, detailsOf(entry));
    },
    ...changes,
  };
  return new kafkajs.Kafka(config);
}

/** Given CA certificates replace those that Node trusts by default; they are not added to them. */
function tlsOptions({ ca, cert, key }: KafkaTls): ConnectionOptions {
  return { ...(ca === undefined ? {} : { ca: [ca] }), ...(cert === undefined ? {} : { cert, key }) };
}

/**
 * The client logs each response with an error code, and then throws the error to the caller, who handles or logs it. The
 * client also warns whenever an idempotent producer may give up: after a failure, KafkaQuotaEventSender sends the events
 * again with a new producer.
 */
function isNoise({ namespace, log }: LogEntry): boolean {
  const isRepeated = namespace === 'Connection' && log.message.startsWith('Response ');
  return isRepeated || log.message.startsWith('Limiting retries for the idempotent producer');
}

function detailsOf({ namespace, log }: LogEntry): Readonly<Record<string, unknown>> {
  const details: Record<string, unknown> = { namespace, ...log };
  delete details['message'];
  delete details['timestamp'];
  // The stack leads through the client's own code only.
  delete details['stack'];
  return details;
}

const { CompressionCodecs, CompressionTypes } = kafkajs;

interface Encoder {
  readonly buffer: Buffer;
}

/** kafkajs supports gzip only. These codecs are the others that Java producers use: Snappy, LZ4 and Zstandard. */
function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = snappy;
  CompressionCodecs[CompressionTypes.LZ4] = codec(compressFrame, decompressFrame);
  CompressionCodecs[CompressionTypes.ZSTD] = codec(promisify(zstdCompress), promisify(zstdDecompress));
}

type Transform = (data: Buffer) => Promise<Buffer>;

function codec(compress: Transform, decompress: Transform) {
  return () => ({ compress: ({ buffer }: Encoder) => compress(buffer), decompress });
}

/** The login in the form of kafkajs. All connections of a client share one token. */
function saslOptions(sasl: KafkaSasl): SASLOptions {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl };
  const { mechanism, tokens, extensions } = sasl;
  const token = new RenewedToken(sourceOf(tokens));
  return { mechanism, oauthBearerProvider: async () => ({ value: await token.current(), extensions }) };
}

function sourceOf(tokens: TokenProvider): TokenSource {
  return tokens.provider === 'google' ? googleTokens() : clientCredentialsTokens(tokens);
}

/**
 * A host name that stands for an IPv6 address without colons, as in Windows paths: `::1` is `--1.ipv6-literal.net`.
 * kafkajs 2.2.4 cuts the host of a broker off at the first colon.
 */
const LITERAL = /^([\da-f.-]+)\.ipv6-literal\.net$/i;

/** @param broker `host:port`; an IPv6 address stands in brackets. */
export function withoutColons(broker: string): string {
  const bracketed = /^\[(.+)\]:(\d+)$/.exec(broker);
  if (bracketed === null) return broker;
  const [, address = '', port = ''] = bracketed;
  return `${address.replaceAll(':', '-')}.ipv6-literal.net:${port}`;
}

/** The IPv6 address that a literal name stands for; any other host is returned unchanged. */
export function addressOf(host: string): string {
  const address = LITERAL.exec(host)?.[1]?.replaceAll('-', ':');
  return address !== undefined && isIPv6(address) ? address : host;
}

/**
 * A socket factory of kafkajs that also connects to literal names of IPv6 addresses. Only a connection without TLS can
 * receive into the same memory again.
 */
function addressedSockets(): ISocketFactory {
  const create = socketFactory() as ISocketFactory;
  return ({ host, port, ssl, onConnect }) => {
    const address = addressOf(host);
    if (typeof ssl === 'object') return create({ host: address, port, ssl, onConnect });
    return reusingSocket(address, port, onConnect);
  };
}
