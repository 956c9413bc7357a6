package peer;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Upserts totals, many with one statement, which costs Postgres less than a row of parameters for each as JDBC batches
 * have it. What is written again after a failure is the same, so that every total is exact in the end.
 */
final class TotalsSink implements Sink<Total> {
    private static final String UPSERT = """
            INSERT INTO bytes ("timestamp", type, id, value)
            SELECT timestamp 'epoch' + ms * interval '1 millisecond',
              (ARRAY['user_total_bytes', 'antenna_total_bytes', 'app_total_bytes'])[1 + type], id, value
            FROM unnest(?::int8[], ?::int2[], ?::text[], ?::int8[]) AS it (ms, type, id, value)
            ON CONFLICT ("timestamp", type, id) DO UPDATE SET value = EXCLUDED.value""";

    private final String url;
    private final String user;
    private final String password;
    private final int rowsOfStatement;
    private final boolean showsUnfinished;

    TotalsSink(Settings settings) {
        url = settings.jdbcUrl();
        user = settings.user();
        password = settings.password();
        rowsOfStatement = settings.jdbcRows;
        showsUnfinished = settings.goesOn();
    }

    @Override
    public SinkWriter<Total> createWriter(WriterInitContext context) throws IOException {
        try {
            Connection connection = DriverManager.getConnection(url, user, password);
            return new Writer(connection, connection.prepareStatement(UPSERT), context.getProcessingTimeService());
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private final class Writer implements SinkWriter<Total> {
        /** For the totals that all subtasks show at one instant. */
        private static final long TOGETHER_MS = 50;
        // In the order of the key, which its index likes.
        private static final Comparator<Total> BY_KEY = Comparator.comparingLong((Total it) -> it.windowMs)
                .thenComparing(it -> it.type).thenComparing(it -> it.id);

        private final Connection connection;
        private final PreparedStatement upsert;
        private final ProcessingTimeService time;
        private final List<Total> rows = new ArrayList<>();

        Writer(Connection connection, PreparedStatement upsert, ProcessingTimeService time) {
            this.connection = connection;
            this.upsert = upsert;
            this.time = time;
        }

        @Override
        public void write(Total total, Context context) throws IOException {
            if (showsUnfinished && rows.isEmpty()) {
                time.registerTimer(time.getCurrentProcessingTime() + TOGETHER_MS, now -> flush(false));
            }
            rows.add(total);
            if (rows.size() >= rowsOfStatement) flush(false);
        }

        /** After the rows of the windows that it ends. */
        @Override
        public void writeWatermark(Watermark watermark) throws IOException {
            if (!showsUnfinished) flush(false);
        }

        @Override
        public void flush(boolean isEndOfInput) throws IOException {
            if (rows.isEmpty()) return;
            List<Total> last = lastOfEachKey();
            long[] windows = new long[last.size()], values = new long[last.size()];
            short[] types = new short[last.size()];
            String[] ids = new String[last.size()];
            for (int i = 0; i < last.size(); i++) {
                Total total = last.get(i);
                windows[i] = total.windowMs;
                types[i] = total.type;
                ids[i] = total.id;
                values[i] = total.value;
            }
            try {
                upsert.setObject(1, windows);
                upsert.setObject(2, types);
                upsert.setObject(3, ids);
                upsert.setObject(4, values);
                upsert.executeUpdate();
            } catch (SQLException e) {
                throw new IOException(e);
            }
            rows.clear();
        }

        /** A statement cannot write a row twice, as unfinished windows may have it; sorting keeps the order of equals. */
        private List<Total> lastOfEachKey() {
            rows.sort(BY_KEY);
            List<Total> last = new ArrayList<>(rows.size());
            for (Total row : rows) {
                if (!last.isEmpty() && BY_KEY.compare(last.get(last.size() - 1), row) == 0) last.set(last.size() - 1, row);
                else last.add(row);
            }
            return last;
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
