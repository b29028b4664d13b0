package sample;

import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/** The sum so far, in operator list state (what ListCheckpointed was for). */
public final class SumOperator extends RichMapFunction<Long, String> implements CheckpointedFunction {
  private transient ListState<Long> stored;
  private long sum;

  @Override
  public String map(Long number) {
    sum += number;
    return number + " " + sum;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    stored.update(java.util.List.of(sum));
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    stored = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("sum", Long.class));
    for (Long part : stored.get()) {
      sum += part;
    }
  }
}
