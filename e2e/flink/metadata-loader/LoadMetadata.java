import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;

/**
 * What Flink's own loader reads in each `_metadata` whose path is an argument, a line of JSON each; {"error":"…"} where it refuses the file. A subtask is
 * [index, state size, managed operator, raw operator, managed keyed, raw keyed, input channel, output channel handles].
 */
public final class LoadMetadata {
  public static void main(String[] paths) {
    for (String path : paths) {
      try {
        System.out.println(read(Path.of(path)));
      } catch (Throwable refused) {
        System.out.println("{\"error\":\"" + refused.getClass().getSimpleName() + "\"}");
      }
    }
  }

  private static String read(Path path) throws IOException {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(path))) {
      ClassLoader loader = LoadMetadata.class.getClassLoader();
      CheckpointMetadata metadata = Checkpoints.loadCheckpointMetadata(in, loader, path.getParent().toUri().toString());
      List<String> operators = new ArrayList<>();
      for (OperatorState operator : metadata.getOperatorStates()) {
        operators.add(operator(operator));
      }
      return "{\"checkpointId\":" + metadata.getCheckpointId() + ",\"operators\":[" + String.join(",", operators) + "]}";
    }
  }

  private static String operator(OperatorState state) {
    Map<Integer, OperatorSubtaskState> byIndex = state.isFullyFinished() ? Map.of() : new TreeMap<>(state.getSubtaskStates());
    List<String> subtasks = new ArrayList<>();
    byIndex.forEach(
        (index, one) ->
            subtasks.add(
                "["
                    + index
                    + ","
                    + one.getStateSize()
                    + ","
                    + one.getManagedOperatorState().size()
                    + ","
                    + one.getRawOperatorState().size()
                    + ","
                    + one.getManagedKeyedState().size()
                    + ","
                    + one.getRawKeyedState().size()
                    + ","
                    + one.getInputChannelState().size()
                    + ","
                    + one.getResultSubpartitionState().size()
                    + "]"));
    Object coordinator = state.getCoordinatorState() == null ? null : state.getCoordinatorState().getStateSize();
    return "{\"id\":\""
        + state.getOperatorID().toHexString()
        + "\",\"name\":"
        + text(state, "getOperatorName")
        + ",\"uid\":"
        + text(state, "getOperatorUid")
        + ",\"parallelism\":"
        + state.getParallelism()
        + ",\"maxParallelism\":"
        + state.getMaxParallelism()
        + ",\"isFullyFinished\":"
        + state.isFullyFinished()
        + ",\"stateSize\":"
        + state.getStateSize()
        + ",\"coordinatorBytes\":"
        + coordinator
        + ",\"subtasks\":["
        + String.join(",", subtasks)
        + "]}";
  }

  /** Flink 1.20 has neither name nor uid there. */
  private static String text(OperatorState state, String getter) {
    try {
      Object value = OperatorState.class.getMethod(getter).invoke(state);
      Object inner = value instanceof Optional<?> optional ? optional.orElse(null) : value;
      String plain = inner == null ? "" : inner.toString();
      return "\"" + plain.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    } catch (NoSuchMethodException absent) {
      return "\"\"";
    } catch (ReflectiveOperationException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private LoadMetadata() {}
}
