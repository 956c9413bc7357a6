import { ProductError } from '@antenna/cli';
import type { Admin, Kafka } from 'kafkajs';
import { connectToKafka } from './connect-to-kafka.ts';
import { committedOffsets } from './group-guard.ts';
import type { KafkaLog } from './kafka-client.ts';
import { kafkaCluster } from './kafka-cluster.ts';
import { missingRight, NotAuthorizedError } from './connection-advice.ts';
import type { KafkaConnection } from './settings/kafka-settings.ts';

/** The group still has members: workers or other consumers. */
export class GroupInUseError extends ProductError {
  readonly code = 'GROUP_IN_USE';

  /** @param members names and addresses. */
  constructor(groupId: string, members: readonly string[]) {
    super(`consumer group ${groupId} has members: ${members.join(', ')}; stop these workers, then run this again`);
  }
}

/** What a deleted group had committed. */
export interface ReleasedGroup {
  readonly offsets: number;
  /** Ids of the databases that its offsets named. */
  readonly databases: readonly string[];
}

type GroupOfBrokers = Pick<KafkaConnection, 'groupId' | 'brokers'>;

const NON_EMPTY = 'NON_EMPTY_GROUP';
const NO_SUCH_GROUP = 'GROUP_ID_NOT_FOUND';
const NOT_AUTHORIZED = 'GROUP_AUTHORIZATION_FAILED';

/**
 * Deletes a consumer group, so that workers of another database can use it. No position is lost, since the database
 * keeps them; lag tools show no lag until the next commit.
 * @returns undefined when there is no such group.
 * @throws {GroupInUseError} when the group has members.
 * @throws {NotAuthorizedError} when this login may not describe or delete the group.
 */
export async function releaseGroup(
  kafka: Kafka,
  { groupId, brokers }: GroupOfBrokers,
  log: KafkaLog,
): Promise<ReleasedGroup | undefined> {
  return withAdmin(kafka, { groupId, brokers }, log, async (admin) => {
    const members = await membersOf(admin, groupId);
    if (members.length > 0) throw new GroupInUseError(groupId, members);
    const released = await whatItServed(kafka, { groupId, brokers }, log);
    return (await hasDeleted(admin, groupId)) ? released : undefined;
  });
}

/**
 * The members of a consumer group, by name and address; empty when there is no such group.
 * @throws {NotAuthorizedError} when this login may not describe the group.
 */
export async function groupMembers(kafka: Kafka, group: GroupOfBrokers, log: KafkaLog): Promise<readonly string[]> {
  return withAdmin(kafka, group, log, (admin) => membersOf(admin, group.groupId));
}

/** @throws {NotAuthorizedError} when `work` fails since this login may not describe the group. */
async function withAdmin<Result>(
  kafka: Kafka,
  { groupId, brokers }: GroupOfBrokers,
  log: KafkaLog,
  work: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const admin = kafka.admin();
  await connectToKafka(admin, brokers, log);
  try {
    return await work(admin);
  } catch (error) {
    throw missingRight(error, [{ operation: 'Describe', kind: 'group', name: groupId }]) ?? error;
  } finally {
    await admin.disconnect();
  }
}

async function membersOf(admin: Admin, groupId: string): Promise<readonly string[]> {
  const { groups } = await admin.describeGroups([groupId]);
  return groups.flatMap(({ members }) => members.map(({ clientId, clientHost }) => `${clientId} at ${clientHost}`));
}

async function whatItServed(kafka: Kafka, { groupId, brokers }: GroupOfBrokers, log: KafkaLog): Promise<ReleasedGroup> {
  const cluster = kafkaCluster(kafka);
  await connectToKafka(cluster, brokers, log);
  try {
    await cluster.refreshMetadata();
    const offsets = await committedOffsets(cluster, groupId);
    return { offsets: offsets.length, databases: [...new Set(offsets.flatMap(({ databaseId }) => databaseId ?? []))] };
  } finally {
    await cluster.disconnect();
  }
}

/** @returns false when the group did not exist. */
async function hasDeleted(admin: Admin, groupId: string): Promise<boolean> {
  try {
    await admin.deleteGroups([groupId]);
    return true;
  } catch (error) {
    const types = deletionErrors(error);
    if (types.includes(NO_SUCH_GROUP)) return false;
    if (types.includes(NOT_AUTHORIZED)) {
      throw new NotAuthorizedError({ operation: 'Delete', kind: 'group', name: groupId }, { cause: error });
    }
    if (types.includes(NON_EMPTY)) throw new GroupInUseError(groupId, ['a member that has just joined']);
    throw error;
  }
}

/** kafkajs puts the broker's answer for each group into a `groups` property of its own error. */
function deletionErrors(error: unknown): readonly unknown[] {
  if (!(error instanceof Error) || !('groups' in error) || !Array.isArray(error.groups)) return [];
  return error.groups.map((group: { readonly error?: { readonly type?: unknown } }) => group.error?.type);
}
