package peer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import peer.Texts.Text;

/**
 * Adds up before the shuffle, as Flink's own SQL does: what was added goes on when its window is over, before each
 * checkpoint, so that no state is its own, and as often as unfinished windows are shown.
 */
final class LocalTotals extends AbstractStreamOperator<Total> implements OneInputStreamOperator<Event, Total> {
    static final long WINDOW_MS = 300_000;

    private final int showEveryMs;
    private transient Map<Long, Window> windows;
    private transient Window last;

    /** @param showEveryMs 0: unfinished windows are not shown. */
    LocalTotals(int showEveryMs) {
        this.showEveryMs = showEveryMs;
    }

    @Override
    public void open() throws Exception {
        super.open();
        windows = new HashMap<>();
        if (showEveryMs > 0) showLater();
    }

    /** At the same instants in all subtasks, so that the sink meets the totals of one user together. */
    private void showLater() {
        long now = getProcessingTimeService().getCurrentProcessingTime();
        getProcessingTimeService().registerTimer(now - now % showEveryMs + showEveryMs, time -> {
            emitUntil(Long.MAX_VALUE);
            showLater();
        });
    }

    @Override
    public void processElement(StreamRecord<Event> record) {
        Event event = record.getValue();
        if (last == null || event.timestampMs < last.fromMs || event.timestampMs >= last.fromMs + WINDOW_MS) {
            long fromMs = event.timestampMs - Math.floorMod(event.timestampMs, WINDOW_MS);
            last = windows.computeIfAbsent(fromMs, Window::new);
        }
        last.sums[0].add(event.id, event.bytes);
        last.sums[1].add(event.antennaId, event.bytes);
        last.sums[2].add(event.app, event.bytes);
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        emitUntil(mark.getTimestamp());
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        emitUntil(Long.MAX_VALUE);
    }

    @Override
    public void finish() {
        emitUntil(Long.MAX_VALUE);
    }

    private void emitUntil(long watermark) {
        windows.values().removeIf(window -> {
            if (window.fromMs + WINDOW_MS - 1 > watermark) return false;
            for (byte type = 0; type < window.sums.length; type++) emit(window.fromMs, type, window.sums[type]);
            last = null;
            return true;
        });
    }

    private void emit(long windowMs, byte type, Sums sums) {
        for (int code = 0; code < sums.texts.length; code++) {
            Text text = sums.texts[code];
            if (text == null) continue;
            String id = new String(text.utf8, StandardCharsets.UTF_8);
            output.collect(new StreamRecord<>(new Total(windowMs, type, id, sums.values[code]), windowMs));
        }
    }

    private static final class Window {
        final long fromMs;
        /** By user, antenna and app. */
        final Sums[] sums = {new Sums(), new Sums(), new Sums()};

        Window(long fromMs) {
            this.fromMs = fromMs;
        }
    }

    /** Sums by the codes of their texts. */
    private static final class Sums {
        Text[] texts = new Text[256];
        long[] values = new long[256];

        void add(Text text, long bytes) {
            int code = text.code;
            if (code >= texts.length) {
                int length = Math.max(code + 1, 2 * texts.length);
                texts = Arrays.copyOf(texts, length);
                values = Arrays.copyOf(values, length);
            }
            texts[code] = text;
            values[code] += bytes;
        }
    }
}
