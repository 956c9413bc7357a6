import { configurationProblems, type ImageFacts } from './image-configuration.ts';

const source = { folder: '/', version: '1.2.3', revision: 'abc', created: '2026-11-24T00:00:00Z' };

function facts(changes: Partial<ImageFacts> = {}): ImageFacts {
  return {
    sizeBytes: 0,
    user: '1000:1000',
    command: ['node', 'main.js'],
    labels: {
      'org.opencontainers.image.title': 'it',
      'org.opencontainers.image.description': 'does',
      'org.opencontainers.image.base.name': 'base:1',
      'org.opencontainers.image.version': '1.2.3',
      'org.opencontainers.image.revision': 'abc',
      'org.opencontainers.image.created': '2026-11-24T00:00:00Z',
    },
    healthcheck: ['NONE'],
    ...changes,
  };
}

describe('what an image says of itself', () => {
  it('is right as a numbered user, with a program, labels and a word on its health', () => {
    expect(configurationProblems(facts(), source)).toEqual([]);
  });

  it.each(['', 'root', '0', '0:0', 'node', '1000:0'])('is wrong as the user «%s»', (user) => {
    expect(configurationProblems(facts({ user }), source)).toHaveLength(1);
  });

  it.each([[['/bin/sh', '-c', 'node main.js']], [['bash']], [[]]])('is wrong when it starts %j', (command) => {
    expect(configurationProblems(facts({ command }), source)).toHaveLength(1);
  });

  it('is wrong when its health needs a shell, or is not mentioned', () => {
    expect(configurationProblems(facts({ healthcheck: ['CMD-SHELL', 'true'] }), source)).toHaveLength(1);
    expect(configurationProblems(facts({ healthcheck: undefined }), source)).toHaveLength(1);
  });

  it('is wrong when a label is of another version, or missing', () => {
    const labels = { ...facts().labels, 'org.opencontainers.image.version': '1.2.2' };
    expect(configurationProblems(facts({ labels }), source)).toEqual(['label version is 1.2.2 instead of 1.2.3']);
    expect(configurationProblems(facts({ labels: {} }), source)).toHaveLength(6);
  });
});
