import { UnreadableLogError } from '@antenna/ingestion';

/** The bytes at an offset are no batch, or do not say where the batch ends: the log cannot be read beyond it. */
export class UnreadableBatchError extends UnreadableLogError {
  constructor(partition: number, offset: number, fault: string) {
    super(
      'UNREADABLE_BATCH',
      `partition ${partition} cannot be read on from offset ${offset}: the batch there ${fault}, ` +
        `twice in a row with the same bytes; its log is damaged: see kafka-dump-log.sh, and restore the replica that ` +
        `leads the partition from an intact one; the partition is read on as soon as the broker answers otherwise`,
    );
  }
}

/**
 * The records have message format 0 or 1 of Kafka before 0.11 (2017), without transactions and with another checksum.
 */
export class OldMessageFormatError extends UnreadableLogError {
  constructor(partition: number, offset: number) {
    super(
      'OLD_MESSAGE_FORMAT',
      `partition ${partition} cannot be read on from offset ${offset}: the records there are of a message format that ` +
        `Kafka wrote before 0.11; copy the topic's records into a new topic with a consumer and a producer of today`,
    );
  }
}
