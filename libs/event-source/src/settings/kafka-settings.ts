import {
  anyText,
  certificateFile,
  clientCertificateProblem,
  optionalSetting,
  privateKeyFile,
  setting,
  settingsGroup,
  type SettingType,
  splitList,
  textLike,
  yesOrNo,
} from '@antenna/cli';
import { type KafkaSasl, loginFields, loginOf, loginRules } from './login-settings.ts';
import * as z from 'zod';

const hostPort = z.string().refine(isHostPort, { error: (issue) => `${JSON.stringify(issue.input)} is not` });

/** One or more `host:port`, separated by commas, with IPv6 addresses in brackets. */
const hostPorts: SettingType<readonly string[]> = {
  placeholder: '<list>',
  allowed: 'one or more host:port, separated by commas',
  schema: z.string().transform(splitList).pipe(z.array(hostPort)),
};

function isHostPort(text: string): boolean {
  const match = /^(?:[\w.-]+|\[[\da-fA-F:.]+\]):(\d{1,5})$/.exec(text);
  const port = Number(match?.[1]);
  return port >= 1 && port <= 65_535;
}

/** Certificates and keys in PEM format. */
export interface KafkaTls {
  /** Certificates to trust; undefined for the default ones of Node. */
  readonly ca: string | undefined;
  /** Certificate and key of the client; both or none. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** How to reach Kafka. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
  readonly ssl: false | KafkaTls;
  readonly sasl: KafkaSasl | undefined;
}

const topicName = textLike(
  'topic',
  '1 to 249 letters, digits, dots, underscores and hyphens',
  /^(?!\.{1,2}$)[\w.-]{1,249}$/,
);

const fields = {
  brokers: setting({
    name: 'KAFKA_BROKERS',
    description: 'brokers to connect to first; they name all the others',
    type: hostPorts,
    default: '127.0.0.1:9092',
  }),
  topic: setting({
    name: 'KAFKA_TOPIC',
    description: 'topic of the events',
    type: topicName,
    default: 'devices',
  }),
  groupId: setting({
    name: 'KAFKA_GROUP_ID',
    description: 'group that shares the partitions; one database belongs to one group',
    type: anyText('group'),
    default: 'speed-layer',
  }),
  ssl: setting({
    name: 'KAFKA_SSL',
    description: 'whether to encrypt connections with TLS',
    type: yesOrNo,
    default: 'false',
  }),
  sslCa: optionalSetting({
    name: 'KAFKA_SSL_CA_FILE',
    description: 'file with the certificates to trust, in PEM format',
    type: certificateFile,
  }),
  sslCert: optionalSetting({
    name: 'KAFKA_SSL_CERT_FILE',
    description: 'file with the certificate of this client, in PEM format',
    type: certificateFile,
  }),
  sslKey: optionalSetting({
    name: 'KAFKA_SSL_KEY_FILE',
    description: 'file with the private key of that certificate, in PEM format, without a passphrase',
    type: privateKeyFile,
  }),
  ...loginFields,
};

interface TlsValues {
  readonly ssl: boolean;
  readonly sslCa: string | undefined;
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
}

const rules = [
  {
    of: ['ssl', 'sslCa'] as const,
    problem: ({ ssl, sslCa }: TlsValues) =>
      sslCa !== undefined && !ssl ? 'KAFKA_SSL_CA_FILE: verifies nothing unless KAFKA_SSL is true' : undefined,
  },
  {
    of: ['ssl', 'sslCert', 'sslKey'] as const,
    problem: ({ ssl, sslCert, sslKey }: TlsValues) =>
      !ssl && (sslCert !== undefined || sslKey !== undefined)
        ? 'KAFKA_SSL_CERT_FILE, KAFKA_SSL_KEY_FILE: have no effect unless KAFKA_SSL is true'
        : clientCertificateProblem('KAFKA_SSL', sslCert, sslKey),
  },
  ...loginRules,
];

type ConnectionValues = Pick<KafkaConnection, 'brokers' | 'topic' | 'groupId'> &
  TlsValues &
  Parameters<typeof loginOf>[0];

function connectionOf(values: ConnectionValues): KafkaConnection {
  const { brokers, topic, groupId, ssl, sslCa, sslCert, sslKey, ...login } = values;
  const tls = ssl ? { ca: sslCa, cert: sslCert, key: sslKey } : false;
  return { brokers, topic, groupId, ssl: tls, sasl: loginOf(login) };
}

export const kafkaSettings = settingsGroup({ title: 'Kafka', fields, rules, value: connectionOf });

/** The settings of commands that also send quota events. */
export const workerKafkaSettings = settingsGroup({
  title: 'Kafka',
  fields: {
    ...fields,
    quotaEventsTopic: optionalSetting({
      name: 'QUOTA_EVENTS_TOPIC',
      description: 'topic to send quota events to; without it they are stored and not sent',
      type: topicName,
    }),
  },
  rules: [
    ...rules,
    {
      of: ['topic', 'quotaEventsTopic'] as const,
      problem: ({ topic, quotaEventsTopic }: { topic: string; quotaEventsTopic: string | undefined }) =>
        quotaEventsTopic === topic ? 'QUOTA_EVENTS_TOPIC: names the topic of KAFKA_TOPIC, which is read' : undefined,
    },
  ],
  value: ({ quotaEventsTopic, ...connection }) => ({ ...connectionOf(connection), quotaEventsTopic }),
});
