import { isIPv6 } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import socketFactory from 'kafkajs/src/network/socketFactory.js';

/**
 * The name of an IPv6 address that holds no colon, as Windows writes them in paths: `::1` is `--1.ipv6-literal.net`.
 * kafkajs 2.2.4 takes what is before the first colon of a broker for its host.
 */
const LITERAL = /^([\da-f.-]+)\.ipv6-literal\.net$/i;

/** @param broker `host:port`; an IPv6 address stands in brackets. */
export function withoutColons(broker: string): string {
  const bracketed = /^\[(.+)\]:(\d+)$/.exec(broker);
  if (bracketed === null) return broker;
  const [, address = '', port = ''] = bracketed;
  return `${address.replaceAll(':', '-')}.ipv6-literal.net:${port}`;
}

/** The address that stands behind such a name; any other host as it is. */
export function addressOf(host: string): string {
  const address = LITERAL.exec(host)?.[1]?.replaceAll('-', ':');
  return address !== undefined && isIPv6(address) ? address : host;
}

/** Connects to such names, too. */
export function addressedSockets(): ISocketFactory {
  const create = socketFactory() as ISocketFactory;
  return (options) => create({ ...options, host: addressOf(options.host) });
}
