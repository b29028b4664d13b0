package sample;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Numbers 1, 2, 3 … with their running sum, a line each: {@code n sum}. Arguments: file of the lines, pause between two numbers in ms. */
public final class RunningSum {
  public static void main(String[] args) throws Exception {
    if (args.length < 2) {
      throw new IllegalArgumentException("two arguments are needed: the file of the lines, and the pause in ms");
    }
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment
        .addSource(new CountingSource(Long.parseLong(args[1])))
        .uid("numbers")
        .name("numbers")
        .setParallelism(1)
        .map(new SumOperator())
        .uid("running-sum")
        .name("running-sum")
        .setParallelism(1)
        .sinkTo(new LineSink(args[0]))
        .uid("lines")
        .name("lines")
        .setParallelism(1);
    environment.execute("running sum");
  }

  private RunningSum() {}
}
