/** For tests: a job process one of whose threads ends as failing-thread.ts says. */
import { runJobProcess } from '../job-process.ts';

runJobProcess(new URL('./failing-thread.ts', import.meta.url));
