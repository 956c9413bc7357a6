package peer;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;

/** The pipeline on the DataStream API, with a reader, a local aggregation and a Parquet writer of its own. */
public final class StreamJob {
    public static void main(String[] args) throws Exception {
        Settings settings = new Settings();
        long begun = System.nanoTime();

        var env = StreamExecutionEnvironment.getExecutionEnvironment(settings.flink());
        var events = env.fromSource(source(settings), watermarks(), "devices");
        events.sinkTo(archive(settings)).name("archive");
        var windows = events
                .transform("local totals", TypeInformation.of(Total.class), new LocalTotals(settings.showEveryMs))
                .keyBy(total -> Tuple2.of(total.type, total.id), TypeInformation.of(new TypeHint<>() {}))
                .window(TumblingEventTimeWindows.of(Duration.ofMillis(LocalTotals.WINDOW_MS)));
        if (settings.goesOn()) windows.trigger(new OnEveryTotal());
        windows.reduce((a, b) -> new Total(a.windowMs, a.type, a.id, a.value + b.value))
                .sinkTo(new TotalsSink(settings)).name("bytes");
        var result = env.execute();
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf("{\"job\": \"stream\", \"seconds\": %.2f, \"job_seconds\": %.2f}%n",
                seconds, result.getNetRuntime() / 1e3);
        System.exit(0);
    }

    private static KafkaSource<Event> source(Settings settings) {
        var source = KafkaSource.<Event>builder()
                .setBootstrapServers(settings.brokers)
                .setTopics(settings.topic)
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new EventReader())
                // As many as there are in what is fetched at once: each poll is handed over to another thread.
                .setProperty("max.poll.records", "5000")
                .setProperty("max.partition.fetch.bytes", "2097152");
        if (!settings.goesOn()) source.setBounded(OffsetsInitializer.latest());
        return source.build();
    }

    private static WatermarkStrategy<Event> watermarks() {
        return WatermarkStrategy.<Event>forBoundedOutOfOrderness(Duration.ofMinutes(1))
                .withTimestampAssigner((event, time) -> event.timestampMs);
    }

    private static FileSink<Event> archive(Settings settings) {
        return FileSink.forBulkFormat(new Path(settings.archive), EventParquet.factory(settings.compression))
                .withBucketAssigner(new HourFolder())
                .withOutputFileConfig(OutputFileConfig.builder().withPartSuffix(".parquet").build())
                .build();
    }
}
