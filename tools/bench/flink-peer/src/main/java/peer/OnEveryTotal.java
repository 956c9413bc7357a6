package peer;

import org.apache.flink.streaming.api.windowing.triggers.Trigger;
import org.apache.flink.streaming.api.windowing.triggers.TriggerResult;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Shows a window whenever a local total has changed it: the local totals come as often as rows are to be shown, so that no
 * timer for each key is needed. (Flink's ContinuousProcessingTimeTrigger does not fire at the end of a window, and loses
 * what came after its last interval.) The operator itself forgets a window that is over.
 */
final class OnEveryTotal extends Trigger<Total, TimeWindow> {
    @Override
    public TriggerResult onElement(Total total, long timestamp, TimeWindow window, TriggerContext context) {
        return TriggerResult.FIRE;
    }

    @Override
    public TriggerResult onProcessingTime(long time, TimeWindow window, TriggerContext context) {
        return TriggerResult.CONTINUE;
    }

    @Override
    public TriggerResult onEventTime(long time, TimeWindow window, TriggerContext context) {
        return TriggerResult.CONTINUE;
    }

    @Override
    public void clear(TimeWindow window, TriggerContext context) {
        // It holds no state.
    }
}
