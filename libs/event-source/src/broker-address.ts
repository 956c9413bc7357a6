import { isIPv6 } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import socketFactory from 'kafkajs/src/network/socketFactory.js';

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

/** A socket factory of kafkajs that also connects to literal names of IPv6 addresses. */
export function addressedSockets(): ISocketFactory {
  const create = socketFactory() as ISocketFactory;
  return (options) => create({ ...options, host: addressOf(options.host) });
}
