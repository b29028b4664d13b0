/** The program of a preview's process (preview/preview-process.ts), with the compile cache that job processes fill (server/engine/main.ts). */
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';

enableCompileCache(join(dirname(dirname(import.meta.dirname)), 'node_modules', '.cache', 'tidemark'));
const { runPreviewProcess } = await import('./preview/preview-process.ts');
runPreviewProcess();
