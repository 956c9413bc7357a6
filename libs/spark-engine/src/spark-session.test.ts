import { SparkSession } from './spark-session.ts';
import {
  FakeThriftServer,
  thriftBinary,
  thriftBoolean,
  thriftInteger,
  thriftStruct,
} from './testing/fake-thrift-server.ts';

const OK = thriftStruct({ 1: thriftInteger(0) });
const RUNNING = thriftInteger(1);
const handle = thriftStruct({ 1: thriftBinary(Buffer.alloc(16)), 2: thriftBinary(Buffer.alloc(16)) });
const OPENED = thriftStruct({ 1: OK, 2: thriftInteger(9), 3: thriftStruct({ 1: handle }) });
const BEGUN = thriftStruct({
  1: OK,
  2: thriftStruct({ 1: handle, 2: thriftInteger(0), 3: thriftBoolean(true) }),
});

describe('a statement sent to Spark', () => {
  let server: FakeThriftServer;

  afterEach(() => {
    server.close();
  });

  function run(deadlines: { answerMs: number; statementMs: number }): Promise<unknown> {
    const endpoint = { host: '127.0.0.1', port: server.port, username: 'test', password: undefined };
    return SparkSession.using(endpoint, {}, (session) => session.all('SELECT 1'), deadlines);
  }

  it('fails when Spark is silent for too long, as after a crash of its host', async () => {
    server = await FakeThriftServer.start({ OpenSession: OPENED });
    await expect(run({ answerMs: 200, statementMs: 60_000 })).rejects.toMatchObject({
      code: 'SPARK_UNAVAILABLE',
      message: expect.stringContaining('not answered within 0.2 s') as string,
    });
  });

  it('fails when it runs for too long', async () => {
    const status = thriftStruct({ 1: OK, 2: RUNNING });
    server = await FakeThriftServer.start({
      OpenSession: OPENED,
      ExecuteStatement: BEGUN,
      GetOperationStatus: status,
    });
    await expect(run({ answerMs: 60_000, statementMs: 200 })).rejects.toMatchObject({
      code: 'SPARK_FAILED',
      message: expect.stringContaining('within 0.2 s') as string,
    });
  });
});
