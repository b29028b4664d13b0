package sample;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.source.legacy.RichSourceFunction;

/** Counts; where it stands is operator list state. */
public final class CountingSource extends RichSourceFunction<Long> implements CheckpointedFunction {
  private final long pauseMs;
  private transient ListState<Long> stored;
  private long next = 1;
  private volatile boolean runs = true;

  public CountingSource(long pauseMs) {
    this.pauseMs = pauseMs;
  }

  @Override
  public void run(SourceContext<Long> out) throws Exception {
    while (runs) {
      synchronized (out.getCheckpointLock()) {
        out.collect(next);
        next++;
      }
      Thread.sleep(pauseMs);
    }
  }

  @Override
  public void cancel() {
    runs = false;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    stored.update(java.util.List.of(next));
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    stored = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("next", Long.class));
    for (Long one : stored.get()) {
      next = one;
    }
  }
}
