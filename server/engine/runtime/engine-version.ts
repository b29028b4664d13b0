/** Version of the engine, written into snapshots. */
export const ENGINE_VERSION = '0.1.0';
