/** Loaded into a server process: a global `Promise` that the promises of `async` functions are no instances of. */
globalThis.Promise = class OtherPromise<T> extends Promise<T> {}
