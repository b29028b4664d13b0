/** Types of bootstrap.mjs, which is plain JavaScript because it runs before anything is installed. */
export declare const projectRoot: string;
export declare function runtimeNode(): string;
export declare function runtimeEnvironment(extra?: Record<string, string>): NodeJS.ProcessEnv;
export declare function installDependencies(): void;
