/** Where a thread begins: it only switches the compile cache on before anything else is loaded, as server/engine/main.ts does. */
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';

enableCompileCache(join(dirname(dirname(dirname(dirname(import.meta.dirname)))), 'node_modules', '.cache', 'tidemark'));
const [{ runSubtaskThread }, { createTaskEnvironment }] = await Promise.all([
  import('./subtask-thread.ts'),
  import('../run-environment.ts'),
]);
runSubtaskThread(createTaskEnvironment);
