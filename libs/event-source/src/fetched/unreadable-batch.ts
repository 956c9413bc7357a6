import { UnreadableLogError } from '@antenna/ingestion';

/** What is stored at an offset is no batch, or does not tell where it ends: nothing behind it can be read. */
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

/** The message formats 0 and 1, which Kafka wrote before 0.11 (2017): such records have no transactions and another checksum. */
export class OldMessageFormatError extends UnreadableLogError {
  constructor(partition: number, offset: number) {
    super(
      'OLD_MESSAGE_FORMAT',
      `partition ${partition} cannot be read on from offset ${offset}: the records there are of a message format that ` +
        `Kafka wrote before 0.11; copy the topic's records into a new topic with a consumer and a producer of today`,
    );
  }
}
