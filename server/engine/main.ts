/**
 * The program of a job process (runtime/job-process.ts). It only switches the compile cache on before anything else is loaded, so that
 * a restart need not compile the engine again. The cache lies in the project: a shared folder for temporary files could be planted.
 */
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';

enableCompileCache(join(dirname(dirname(import.meta.dirname)), 'node_modules', '.cache', 'tidemark'));
const { runJobProcess } = await import('./runtime/job-process.ts');
runJobProcess();
