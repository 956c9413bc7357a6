type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for requests of Google's storage client, by the rules of its library gaxios: HTTPS_PROXY or HTTP_PROXY, in
 * capitals or not, unless NO_PROXY names the host (`storage.googleapis.com`), its origin, or its domain
 * (`.googleapis.com`, `*.googleapis.com`).
 */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  const first = (...names: readonly string[]) => names.map((name) => environment[name]).find(Boolean);
  const proxy = first('HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy');
  const exceptions = (first('NO_PROXY', 'no_proxy') ?? '').split(',').map((rule) => rule.trim());
  return exceptions.some((rule) => isMeant(url, rule)) ? undefined : proxy;
}

function isMeant({ hostname, origin }: URL, rule: string): boolean {
  if (rule === hostname || rule === origin) return true;
  const domain = rule.replace(/^\*\./, '.');
  return domain.startsWith('.') && hostname.endsWith(domain);
}
