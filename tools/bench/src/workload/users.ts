import type { QuotaUser } from '@antenna/truth';
import { deviceId } from './device-id.ts';
import { simulationOf, type Workload } from './workload.ts';

/** A row of `user_metadata`. */
export interface BenchUser extends QuotaUser {
  readonly name: string;
  readonly email: string;
}

/** The users of a workload, whose quotas are about what they use in an hour: some are over it, some are not. */
export function usersOf(workload: Workload): readonly BenchUser[] {
  const perHour = (workload.events / workload.hours / workload.users) * (simulationOf(workload).maxBytes / 2);
  return Array.from({ length: workload.users }, (_, index) => ({
    id: deviceId(simulatedUser(index)),
    name: `user${index}`,
    email: `user${index}@example.com`,
    quota: BigInt(Math.round(perHour * (0.9 + (index % 51) / 100))),
  }));
}

/** As the simulator calls its users. */
function simulatedUser(index: number): string {
  return `00000000-0000-0000-0000-${String(index + 1).padStart(12, '0')}`;
}
