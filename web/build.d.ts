/** What web/build.mjs puts in the place of names and imports. */

/** Only in sw.ts: names the build; another build, another worker. */
declare const __BUILD__: string;
/** Only in sw.ts: the addresses that a start without a network needs. */
declare const __SHELL__: readonly string[];
/** Only in sw.ts: by a file's name without its hash, that file and what it imports. */
declare const __FILES__: Readonly<Record<string, readonly string[]>>;

declare module "*.css" {}
declare module "*.png" {
  const address: string;
  export default address;
}
declare module "*.svg" {
  const address: string;
  export default address;
}
declare module "*.wasm" {
  const address: string;
  export default address;
}
declare module "*.worker.ts?address" {
  const address: string;
  export default address;
}
