package peer;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableConfig;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The pipeline in SQL: one source, one statement set. */
public final class SqlJob {
    public static void main(String[] args) throws Exception {
        Settings settings = new Settings();
        long begun = System.nanoTime();

        var env = StreamExecutionEnvironment.getExecutionEnvironment(settings.flink());
        var tables = StreamTableEnvironment.create(env);
        configure(tables.getConfig(), settings);
        tables.executeSql(source(settings));
        tables.executeSql(totals(settings));
        tables.executeSql(archive(settings));
        StatementSet statements = tables.createStatementSet();
        statements.addInsertSql(INTO_ARCHIVE);
        String windows = settings.goesOn() ? UNFINISHED_WINDOWS : FINISHED_WINDOWS;
        for (var total : TOTALS) {
            statements.addInsertSql(windows.formatted(total.key, total.type));
        }
        var result = statements.execute().getJobClient().orElseThrow().getJobExecutionResult().get();
        nameFiles(Path.of(URI.create(settings.archive)));
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf("{\"job\": \"sql\", \"seconds\": %.2f, \"job_seconds\": %.2f}%n", seconds, result.getNetRuntime() / 1e3);
        System.exit(0);
    }

    private record TotalOf(String type, String key) {}

    private static final List<TotalOf> TOTALS = List.of(
            new TotalOf("user_total_bytes", "id"),
            new TotalOf("antenna_total_bytes", "antenna_id"),
            new TotalOf("app_total_bytes", "app"));

    private static void configure(TableConfig config, Settings settings) {
        config.set("table.local-time-zone", "UTC");
        // The rows are upserted as they come, by keys that are those of the table, which the planner does not know.
        config.set("table.exec.sink.upsert-materialize", "NONE");
        config.set("table.exec.sink.require-on-conflict", "false");
        if (!settings.goesOn()) return;
        config.set("table.exec.mini-batch.enabled", "true");
        config.set("table.exec.mini-batch.allow-latency", settings.showEveryMs + " ms");
        config.set("table.exec.mini-batch.size", "200000");
        // The window, what is out of order, and as much again.
        config.set("table.exec.state.ttl", "15 min");
    }

    private static String source(Settings settings) {
        return """
                CREATE TABLE devices (
                  `timestamp` BIGINT, id STRING, antenna_id STRING, `bytes` BIGINT, app STRING,
                  event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 0),
                  WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
                ) WITH (
                  'connector' = 'kafka', 'topic' = '%s', 'properties.bootstrap.servers' = '%s',
                  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = '%s',
                  'properties.max.poll.records' = '5000', 'properties.max.partition.fetch.bytes' = '2097152',
                  'format' = 'json'
                )""".formatted(settings.topic, settings.brokers, settings.goesOn() ? "unbounded" : "latest-offset");
    }

    private static String totals(Settings settings) {
        return """
                CREATE TABLE `bytes` (
                  `timestamp` TIMESTAMP(3), id STRING, `value` BIGINT, type STRING,
                  PRIMARY KEY (`timestamp`, type, id) NOT ENFORCED
                ) WITH (
                  'connector' = 'jdbc', 'url' = '%s', 'username' = '%s', 'password' = '%s', 'table-name' = 'bytes',
                  'sink.buffer-flush.max-rows' = '%d', 'sink.buffer-flush.interval' = '%s'
                )""".formatted(settings.jdbcUrl(), settings.user(), settings.password(), settings.jdbcRows,
                        settings.goesOn() ? "100 ms" : "1 s");
    }

    private static String archive(Settings settings) {
        return """
                CREATE TABLE archive (
                  `timestamp` TIMESTAMP_LTZ(3), id STRING, antenna_id STRING, `bytes` BIGINT, app STRING,
                  `year` INT, `month` INT, `day` INT, `hour` INT
                ) PARTITIONED BY (`year`, `month`, `day`, `hour`) WITH (
                  'connector' = 'filesystem', 'path' = '%s', 'format' = 'parquet', 'parquet.compression' = '%s',
                  'parquet.utc-timezone' = 'true', 'parquet.write.int64.timestamp' = 'true',
                  'parquet.timestamp.time.unit' = 'millis'
                )""".formatted(settings.archive, settings.compression);
    }

    private static final String INTO_ARCHIVE = """
            INSERT INTO archive
            SELECT event_time, id, antenna_id, `bytes`, app,
              CAST(EXTRACT(YEAR FROM event_time) AS INT), CAST(EXTRACT(MONTH FROM event_time) AS INT),
              CAST(EXTRACT(DAY FROM event_time) AS INT), CAST(EXTRACT(HOUR FROM event_time) AS INT)
            FROM devices""";

    /** A row once its window is over. */
    private static final String FINISHED_WINDOWS = """
            INSERT INTO `bytes`
            SELECT window_start, %1$s, SUM(`bytes`), '%2$s'
            FROM TABLE(TUMBLE(TABLE devices, DESCRIPTOR(event_time), INTERVAL '5' MINUTES))
            GROUP BY window_start, window_end, %1$s""";

    /** A row after each mini-batch that has changed it: no window, since Flink's windows show none before its end. */
    private static final String UNFINISHED_WINDOWS = """
            INSERT INTO `bytes`
            SELECT CAST(TO_TIMESTAMP_LTZ(window_s, 0) AS TIMESTAMP(3)), id, SUM(`bytes`), '%2$s'
            FROM (SELECT `timestamp` - MOD(`timestamp`, 300) AS window_s, %1$s AS id, `bytes` FROM devices)
            GROUP BY window_s, id""";

    /** The file system's connector gives its files no suffix, which readers go by. */
    private static void nameFiles(Path archive) throws IOException {
        try (var files = Files.walk(archive)) {
            for (Path file : files.filter(it -> it.getFileName().toString().startsWith("part-")).toList()) {
                Files.move(file, file.resolveSibling(file.getFileName() + ".parquet"));
            }
        }
    }
}
