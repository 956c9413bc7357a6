package peer;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/** Settings of both jobs: environment variables. */
final class Settings {
    final String brokers = value("KAFKA_BOOTSTRAP", "localhost:9092");
    final String topic = value("KAFKA_TOPIC", "devices");
    final String archive = folder("ARCHIVE_DIR", "archive");
    private final String checkpoints = folder("CHECKPOINT_DIR", "checkpoints");
    private final int parallelism = Integer.parseInt(value("PARALLELISM", "2"));
    private final URI postgres = URI.create(value("POSTGRES_URL", "postgresql://postgres@localhost:5432/bench"));
    final String compression = value("COMPRESSION", "SNAPPY");
    /** Rows of one INSERT statement at most. */
    final int jdbcRows = Integer.parseInt(value("JDBC_ROWS", "10000"));
    /** How often a job that goes on shows unfinished windows; 0: the job drains the topic and ends. */
    final int showEveryMs = Integer.parseInt(value("SHOW_EVERY_MS", "0"));

    boolean goesOn() {
        return showEveryMs > 0;
    }

    String jdbcUrl() {
        return "jdbc:postgresql://" + postgres.getHost() + ":" + (postgres.getPort() < 0 ? 5432 : postgres.getPort())
                + postgres.getPath() + "?reWriteBatchedInserts=true";
    }

    String user() {
        return userInfo()[0];
    }

    String password() {
        return userInfo().length > 1 ? userInfo()[1] : "";
    }

    private String[] userInfo() {
        return postgres.getUserInfo() == null ? new String[] {"postgres"} : postgres.getUserInfo().split(":", 2);
    }

    private static String value(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private static String folder(String name, String otherwise) {
        return Path.of(value(name, otherwise)).toAbsolutePath().toUri().toString();
    }

    /** A mini-cluster in this JVM, state on its heap, an exactly-once checkpoint every ten seconds. */
    Configuration flink() {
        Configuration flink = new Configuration();
        flink.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
        flink.set(PipelineOptions.OBJECT_REUSE, true);
        flink.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        long seconds = Long.parseLong(value("CHECKPOINT_SECONDS", "10"));
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(seconds));
        flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints);
        flink.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.parse(value("MANAGED_MEMORY", "256m")));
        return flink;
    }
}
