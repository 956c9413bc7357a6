import { createServer, type AddressInfo, type Server } from 'node:net';
import { requireAnswer } from './advertised-addresses.ts';

const AT_ONCE = { tries: 1, waitMs: 0, timeoutMs: 200 };
/** An address of a documentation network (RFC 5737): nothing there answers, not even with a refusal. */
const NOWHERE = { host: '192.0.2.1', port: 9_092 };

describe('the addresses that brokers advertise', () => {
  let server: Server;
  let open: AddressInfo;

  beforeAll(async () => {
    server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open = server.address() as AddressInfo;
  });

  afterAll(() => server.close());

  it('are accepted when one of them answers', async () => {
    await expect(requireAnswer([NOWHERE, { host: '127.0.0.1', port: open.port }], AT_ONCE)).resolves.toBeUndefined();
  });

  it('are named in an error with the broker setting to change when none answers', async () => {
    await expect(requireAnswer([NOWHERE, { host: 'broker-0.invalid', port: 9_092 }], AT_ONCE)).rejects.toMatchObject({
      code: 'KAFKA_ADVERTISED_ADDRESS',
      message: expect.stringMatching(
        /192\.0\.2\.1:9092 \(.+\), broker-0\.invalid:9092 \(E.+\); .*advertised\.listeners/,
      ) as string,
    });
  });
});
