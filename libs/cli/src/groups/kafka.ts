import { certificateFile, secretFile } from '../file-kinds.ts';
import { hostPorts } from '../host-ports.ts';
import { optionalSetting, setting } from '../setting.ts';
import { settingsGroup } from '../settings-group.ts';
import { anyText, oneOf, textLike, yesOrNo } from '../text-kinds.ts';

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** How to reach Kafka. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
  /** `ca`: certificates in PEM format to trust; undefined for those that Node trusts. */
  readonly ssl: false | { readonly ca: string | undefined };
  readonly sasl: KafkaSasl | undefined;
}

export const kafkaSettings = settingsGroup({
  title: 'Kafka',
  fields: {
    brokers: setting({
      name: 'KAFKA_BROKERS',
      description: 'brokers to ask for all the others',
      kind: hostPorts,
      default: '127.0.0.1:9092',
    }),
    topic: setting({
      name: 'KAFKA_TOPIC',
      description: 'topic of the events',
      kind: textLike('topic', '1 to 249 letters, digits, dots, underscores and hyphens', /^(?!\.{1,2}$)[\w.-]{1,249}$/),
      default: 'devices',
    }),
    groupId: setting({
      name: 'KAFKA_GROUP_ID',
      description: 'group that shares the partitions; one database belongs to one group',
      kind: anyText('group'),
      default: 'speed-layer',
    }),
    ssl: setting({ name: 'KAFKA_SSL', description: 'whether to encrypt', kind: yesOrNo, default: 'false' }),
    sslCa: optionalSetting({
      name: 'KAFKA_SSL_CA_FILE',
      description: 'file with the certificates to trust, in PEM format',
      kind: certificateFile,
    }),
    mechanism: optionalSetting({
      name: 'KAFKA_SASL_MECHANISM',
      description: 'how to log in',
      kind: oneOf(['plain', 'scram-sha-256', 'scram-sha-512']),
    }),
    username: optionalSetting({ name: 'KAFKA_SASL_USERNAME', description: 'who logs in', kind: anyText('name') }),
    password: optionalSetting({
      name: 'KAFKA_SASL_PASSWORD_FILE',
      description: 'file with the password',
      kind: secretFile,
    }),
  },
  rules: [
    {
      of: ['ssl', 'sslCa'],
      problem: ({ ssl, sslCa }) =>
        sslCa !== undefined && !ssl ? 'KAFKA_SSL_CA_FILE: verifies nothing unless KAFKA_SSL is true' : undefined,
    },
    {
      of: ['mechanism', 'username'],
      problem: ({ mechanism, username }) => bothOrNone(mechanism, 'KAFKA_SASL_USERNAME', username),
    },
    {
      of: ['mechanism', 'password'],
      problem: ({ mechanism, password }) => bothOrNone(mechanism, 'KAFKA_SASL_PASSWORD_FILE', password),
    },
  ],
  value: ({ brokers, topic, groupId, ssl, sslCa, mechanism, username, password }): KafkaConnection => ({
    brokers,
    topic,
    groupId,
    ssl: ssl ? { ca: sslCa } : false,
    sasl:
      mechanism === undefined || username === undefined || password === undefined
        ? undefined
        : { mechanism, username, password },
  }),
});

function bothOrNone(mechanism: string | undefined, name: string, value: string | undefined): string | undefined {
  if (mechanism !== undefined && value === undefined) return `${name}: missing; KAFKA_SASL_MECHANISM wants it`;
  if (mechanism === undefined && value !== undefined) return `KAFKA_SASL_MECHANISM: missing; ${name} is given`;
  return undefined;
}
