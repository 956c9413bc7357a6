import { deployment } from './product.ts';

const dockerfile = `
FROM base AS runtime
ENV NODE_ENV=production
ENTRYPOINT ["node", "--enable-source-maps", "/app/main.js"]
FROM runtime AS speed-layer
ENV MALLOC_ARENA_MAX=2
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=64", "/app/main.js"]
CMD ["serve"]
FROM runtime AS batch-layer
CMD ["run"]
`;

describe('how an application is started in its image', () => {
  it('is with the flags of Node that are its own, else those of all', () => {
    expect(deployment('speed-layer', dockerfile).flags).toEqual(['--enable-source-maps', '--max-semi-space-size=64']);
    expect(deployment('batch-layer', dockerfile).flags).toEqual(['--enable-source-maps']);
  });

  it('is with its own variables and those of all', () => {
    expect(deployment('speed-layer', dockerfile).env).toEqual({ NODE_ENV: 'production', MALLOC_ARENA_MAX: '2' });
    expect(deployment('batch-layer', dockerfile).env).toEqual({ NODE_ENV: 'production' });
  });

  it('is found in the real file', () => {
    const { flags, env } = deployment('speed-layer');
    expect([flags, env['NODE_ENV']]).toEqual([expect.arrayContaining(['--enable-source-maps']), 'production']);
  });
});
