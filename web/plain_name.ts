/** The name of a built file without its hash: `/a/scan-5XK2TQ3M.js` is `scan.js` in each build. */
export function plainName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/-[A-Za-z0-9]+(\.\w+)$/, "$1");
}
