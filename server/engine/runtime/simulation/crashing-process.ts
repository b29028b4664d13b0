/** For tests: a job process in which, on SIGUSR2, an error is thrown where nobody catches it. */
import { runJobProcess } from '../job-process.ts';

runJobProcess();
process.on('SIGUSR2', () => {
  throw new TypeError('thrown where nobody catches it');
});
