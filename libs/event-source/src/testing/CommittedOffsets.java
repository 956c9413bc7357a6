import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Prints the offsets that Kafka's own consumer reads of partition 0 of a topic, of committed transactions only.
 * Arguments: brokers, topic. One line for each start offset: "from: offsets".
 */
public class CommittedOffsets {
  public static void main(String[] arguments) {
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings(arguments[0]))) {
      printAll(consumer, new TopicPartition(arguments[1], 0));
    }
  }

  private static void printAll(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
    consumer.assign(List.of(partition));
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    for (long from = 0; from <= end; from += 1) {
      List<String> offsets = new ArrayList<>();
      consumer.seek(partition, from);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          offsets.add(String.valueOf(record.offset()));
        }
      }
      System.out.println(from + ": " + String.join(" ", offsets));
    }
  }

  private static Properties settings(String brokers) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", brokers);
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", "false");
    // Otherwise each read waits for the fetch at the end of the log that the previous read has begun.
    settings.put("fetch.max.wait.ms", 1);
    settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
    settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
    return settings;
  }
}
