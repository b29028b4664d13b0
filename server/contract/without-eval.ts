/**
 * In a browser the schemas check values without generated code: the console's content security policy forbids it, and already the library's probe for it
 * would be reported as a violation. Import it before the first schema of a file that pages load.
 */
import { config } from 'zod';

if (typeof window !== 'undefined') config({ jitless: true });
