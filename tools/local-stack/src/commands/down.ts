import { asSoleUser } from '../process/sole-user.ts';
import { rememberedOrDefault } from '../remembered-ports.ts';
import type { Report } from '../report.ts';
import { deleteData, stackAt, stopStack } from '../stack.ts';

interface DownRequest {
  readonly home: string;
  readonly report?: Report | undefined;
}

/** Ends what runs; the data stay. */
export function down({ home, report }: DownRequest): Promise<void> {
  return asSoleUser(home, () => stopAll({ home, report }));
}

/** Ends what runs and deletes the data. */
export function reset({ home, report }: DownRequest): Promise<void> {
  return asSoleUser(home, async () => {
    await stopAll({ home, report });
    await deleteData(home);
    report?.(`deleted the data in ${home}`);
  });
}

async function stopAll({ home, report }: DownRequest): Promise<void> {
  const { ports } = await rememberedOrDefault(home);
  await stopStack(stackAt({ home, ports, report }));
}
