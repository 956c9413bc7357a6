import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  fetched,
  freePorts,
  java,
  type LocalServer,
  localServer,
  ProgramMissingError,
  type Report,
} from '@antenna/local-stack';
import { execa } from 'execa';

/** The version of the peer that is measured beside us; its package brings the server, and needs only Java to run it. */
const VERSION = '3.5.7';

/**
 * A Thrift server of Spark on this machine, as an operator would start one. Not yet started.
 * @param home folder of its data and log.
 */
export async function sparkServer(home: string, report: Report): Promise<LocalServer> {
  const { postgres: port } = await freePorts();
  const folder = join(home, 'spark');
  return localServer(
    {
      service: 'spark',
      address: `thrift://127.0.0.1:${port}`,
      ports: [port],
      gracefulSignal: 'SIGTERM',
      startDeadlineMs: 300_000,
      async prepare() {
        await java();
        await mkdir(folder, { recursive: true });
        const spark = join(await sparkPackage(report), 'pyspark');
        const env = { SPARK_HOME: spark, SPARK_LOCAL_DIRS: join(folder, 'local'), SPARK_LOCAL_IP: '127.0.0.1' };
        return { file: join(spark, 'bin', 'spark-submit'), args: argumentsOf(folder, port), env };
      },
      probe: () => accepts(port),
    },
    folder,
    report,
  );
}

/** Everything in its folder, nothing of Hive, no web pages. */
function argumentsOf(folder: string, port: number): string[] {
  const configuration = {
    'spark.ui.enabled': 'false',
    'spark.sql.shuffle.partitions': '2',
    'spark.sql.catalogImplementation': 'in-memory',
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    'spark.hadoop.hive.server2.thrift.port': String(port),
    'spark.hadoop.hive.server2.thrift.bind.host': '127.0.0.1',
    'spark.driver.extraJavaOptions': `-Dderby.system.home=${join(folder, 'derby')} -Duser.dir=${folder}`,
  };
  return [
    ...['--class', 'org.apache.spark.sql.hive.thriftserver.HiveThriftServer2'],
    ...['--master', 'local[2]', '--driver-memory', '1g'],
    ...Object.entries(configuration).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    'spark-internal',
  ];
}

function sparkPackage(report: Report): Promise<string> {
  return fetched(`pyspark-${VERSION}`, async (folder) => {
    const { failed } = await execa('python3', ['-m', 'pip', '--version'], { reject: false, stdin: 'ignore' });
    if (failed) throw new ProgramMissingError('Python 3 with pip is not on this machine; install it: it fetches Spark');
    report(`spark: fetching Spark ${VERSION} with pip (317 MB, once)`);
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--target', folder];
    await execa('python3', ['-m', 'pip', 'install', ...options, `pyspark==${VERSION}`], { stdin: 'ignore' });
  });
}

async function accepts(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
