/** `npm run dev`: as `npm start`, but the console reloads when its sources change and nothing is built. */
process.argv.push('--dev');
await import('./start.ts');

export {};
