import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleSimulation, simulationSettings } from '@antenna/simulator';
import { checkout, serviceImages } from '@antenna/test-kit';
import { parse } from 'yaml';
import * as z from 'zod';
import { imageNames } from '../images/image.ts';

const service = z.object({
  image: z.string(),
  profiles: z.array(z.string()).optional(),
  build: z.object({ target: z.string().optional() }).optional(),
  command: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
});

const file: unknown = parse(readFileSync(join(checkout, 'docker', 'compose.yaml'), 'utf8'), { merge: true });
const { services } = z.object({ services: z.record(z.string(), service) }).parse(file);
const own = Object.entries(services).filter(([, { build }]) => build !== undefined);
const foreign = Object.entries(services).filter(([, { build }]) => build === undefined);

describe('docker/compose.yaml', () => {
  it.each(own)('confines %s', (_, { read_only, cap_drop, security_opt }) => {
    expect({ read_only, cap_drop, security_opt }).toEqual({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('has a service of each image', () => {
    const images = own.map(([, { image }]) => /\/([^/:]+):\$\{IMAGE_TAG:-dev\}$/.exec(image)?.[1]);
    expect(new Set(images)).toEqual(new Set(imageNames));
  });

  it.each(foreign)('takes for %s what the tests take, unless another image is named', (name, { image }) => {
    const known = name === 'topic' ? 'kafka' : z.enum(['postgres', 'kafka', 'gcs']).parse(name);
    expect(/^\$\{[A-Z]+_IMAGE:-(.+:.+)\}$/.exec(image)?.[1]).toBe(serviceImages[known]);
  });

  it('starts the services without any profile, and nothing else', () => {
    const always = Object.keys(services).filter((name) => services[name]?.profiles === undefined);
    expect(always.sort()).toEqual(['gcs', 'kafka', 'postgres', 'topic']);
  });

  it('listens on this machine alone', () => {
    const ports = Object.values(services).flatMap((each) => each.ports ?? []);
    expect(ports).not.toEqual([]);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('waits for something in each dependency, instead of its mere start', () => {
    const conditions = Object.values(services).flatMap((each) => Object.values(each.depends_on ?? {}));
    expect(conditions.filter(({ condition }) => condition === 'service_started')).toEqual([]);
  });

  it('has the provisioner create the database that Superset prepares', () => {
    const { postgres, provisioner, 'superset-prepare': prepare } = services;
    expect(postgres?.volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(provisioner?.environment).toHaveProperty('SUPERSET_METADATA_PASSWORD_FILE');
    expect(prepare?.depends_on).toEqual({ provisioner: { condition: 'service_completed_successfully' } });
  });

  it('simulates what the demo simulates', () => {
    const given = new Map(services['simulator']?.command?.map((flag) => splitAt(flag, '=')));
    const reading = simulationSettings.read(({ flag }) => {
      const text = given.get(`--${flag}`);
      return text === undefined ? undefined : { text, by: 'flag' };
    });
    expect(reading).toMatchObject({ ok: true, value: sampleSimulation });
  });
});

function splitAt(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return [text.slice(0, index), text.slice(index + 1)];
}
