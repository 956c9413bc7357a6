import { deployedFlags } from './deployed-node.ts';

const dockerfile = `
FROM base AS runtime
ENTRYPOINT ["node", "--enable-source-maps", "/app/main.js"]
FROM runtime AS speed-layer
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=64", "/app/main.js"]
CMD ["serve"]
FROM runtime AS batch-layer
CMD ["run"]
`;

describe('the flags of Node in an image', () => {
  it('are those of the application, else those of all', () => {
    expect(deployedFlags('speed-layer', dockerfile)).toEqual(['--enable-source-maps', '--max-semi-space-size=64']);
    expect(deployedFlags('batch-layer', dockerfile)).toEqual(['--enable-source-maps']);
  });

  it('are found in the real file', () => {
    expect(deployedFlags('speed-layer')).toContain('--enable-source-maps');
  });
});
