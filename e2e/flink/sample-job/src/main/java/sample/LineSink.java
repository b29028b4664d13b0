package sample;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Appends lines to a file: at least once. */
public final class LineSink implements Sink<String> {
  private final String file;

  public LineSink(String file) {
    this.file = file;
  }

  @Override
  public SinkWriter<String> createWriter(WriterInitContext context) throws IOException {
    Writer lines = Files.newBufferedWriter(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return new SinkWriter<>() {
      @Override
      public void write(String line, Context ignored) throws IOException {
        lines.write(line + "\n");
      }

      @Override
      public void flush(boolean endOfInput) throws IOException {
        lines.flush();
      }

      @Override
      public void close() throws Exception {
        lines.close();
      }
    };
  }
}
