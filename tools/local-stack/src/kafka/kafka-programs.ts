import { join } from 'node:path';
import { execa } from 'execa';
import { fetched, type Report, requireProgram } from '../process/programs.ts';

const OR_OTHERS = 'or use brokers of yours: KAFKA_BROKERS, and TEST_KAFKA_BROKERS for the tests';

/** The Java that JAVA_HOME names, else the one on the path. @throws {ProgramMissingError} */
export async function java(): Promise<string> {
  const home = process.env['JAVA_HOME'];
  const file = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
  const purpose = `Kafka runs on it; ${OR_OTHERS}`;
  await requireProgram({ name: 'Java', file, args: ['-version'], version: /version "(\d+)/, atLeast: 17, purpose });
  return file;
}

const KAFKA_VERSION = '4.3.1';
const pom = join(import.meta.dirname, '..', '..', 'kafka.pom.xml');
const goals = ['dependency:copy-dependencies', '-DincludeScope=runtime'];

/** The folder with Kafka's jars, fetched by Maven once per version. */
export function kafkaJars(report: Report): Promise<string> {
  return fetched(`kafka-${KAFKA_VERSION}-with-tools`, async (folder) => {
    const purpose = `it fetches Kafka; ${OR_OTHERS}`;
    await requireProgram({ name: 'Maven', file: 'mvn', args: ['-v'], version: /Maven (\d+)/, atLeast: 3, purpose });
    report(`kafka: fetching Kafka ${KAFKA_VERSION} with Maven (54 MB, once)`);
    const places = ['-f', pom, `-Dkafka.version=${KAFKA_VERSION}`, `-DoutputDirectory=${folder}`];
    await execa('mvn', ['-q', '-B', ...places, ...goals], { all: true, stdin: 'ignore' });
  });
}

/** The command line that runs one of Kafka's own tools, by its class: the Java program and its arguments. */
export async function kafkaTool(main: string, ...args: readonly string[]): Promise<readonly [string, string[]]> {
  const jars = join(await kafkaJars(() => undefined), '*');
  return [await java(), ['-Xmx256m', '-XX:+UseSerialGC', '-cp', jars, main, ...args]];
}
