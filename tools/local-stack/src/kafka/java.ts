import { join } from 'node:path';
import { requireProgram } from '../process/required-program.ts';

const purpose = 'Kafka runs on it; or use brokers of yours: KAFKA_BROKERS, and TEST_KAFKA_BROKERS for the tests';

/** The Java that JAVA_HOME names, else the one on the path. @throws {ProgramMissingError} */
export async function java(): Promise<string> {
  const home = process.env['JAVA_HOME'];
  const file = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
  await requireProgram({ name: 'Java', file, args: ['-version'], version: /version "(\d+)/, atLeast: 17, purpose });
  return file;
}
