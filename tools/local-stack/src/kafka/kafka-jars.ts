import { join } from 'node:path';
import { execa } from 'execa';
import { fetched } from '../process/fetched.ts';
import { requireProgram } from '../process/required-program.ts';
import type { Report } from '../report.ts';

const version = '4.3.1';
const pom = join(import.meta.dirname, '..', '..', 'kafka.pom.xml');
const goals = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
const purpose = 'it fetches Kafka; or use brokers of yours: KAFKA_BROKERS, and TEST_KAFKA_BROKERS for the tests';

/** The folder with Kafka's jars, fetched by Maven once per version. */
export function kafkaJars(report: Report): Promise<string> {
  return fetched(`kafka-${version}-with-tools`, async (folder) => {
    await requireProgram({ name: 'Maven', file: 'mvn', args: ['-v'], version: /Maven (\d+)/, atLeast: 3, purpose });
    report(`kafka: fetching Kafka ${version} with Maven (54 MB, once)`);
    const places = ['-f', pom, `-Dkafka.version=${version}`, `-DoutputDirectory=${folder}`];
    await execa('mvn', ['-q', '-B', ...places, ...goals], { all: true, stdin: 'ignore' });
  });
}
