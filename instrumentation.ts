/** Opens the console when the server starts, so that the first request finds it ready and the link of the first start is printed. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { answers } = await import('./app/answers.ts');
    await answers()
      .open()
      .catch((error: unknown) => {
        process.stderr.write(`The console is not ready yet: ${error instanceof Error ? error.message : String(error)}\n`);
      });
  }
}
