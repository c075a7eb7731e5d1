/** How the web client is bundled; build.mjs makes of it what is served. */

import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

export const WEB = fileURLToPath(new URL(".", import.meta.url));
export const ROOT = resolve(WEB, "..");
export const DIST = join(WEB, "dist");
export const STAGE = join(WEB, `dist.${process.pid}`);
const MAIN = join(WEB, "main.tsx");
const STYLE = join(WEB, "app.css");
const VIEWS = join(WEB, "views/");
export const WATCH = process.argv.includes("--watch");

const LOADERS = Object.fromEntries(
  [".png", ".svg", ".webp", ".gif", ".wasm", ".woff2", ".mp3"].map((kind) => [kind, "file"]),
);

/** Shared by the page, its styles and the service worker. */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: !WATCH,
  // Where navigator.locks and top-level await are; older phones get the same words from the server.
  target: ["es2022", "chrome98", "firefox102", "safari15.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: LOADERS,
  legalComments: "none", // licences.txt holds them all
  logLevel: "warning",
  metafile: true,
};
const HASHED = {
  outdir: join(STAGE, "a"),
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  publicPath: "/a",
};

/**
 * Styles that travel with the module that imports them.
 *
 * `import "./office.css"` in a lazily loaded module becomes a style sheet of the same script: no
 * second request, and nothing is painted before it applies. A constructed sheet is no inline style
 * to a CSP. main.tsx's own is an entry of the build instead, a file that index.html names.
 */
const stylesWithModules = {
  name: "styles-with-modules",
  setup(build) {
    build.onResolve({ filter: /\.css$/ }, async (args) => {
      if (args.kind === "entry-point" || args.pluginData === "found") return undefined;
      if (args.importer === MAIN) return { path: args.path, namespace: "page-style" };
      const found = await build.resolve(args.path, {
        importer: args.importer,
        resolveDir: args.resolveDir,
        kind: args.kind,
        pluginData: "found",
      });
      if (found.errors.length > 0) return { errors: found.errors };
      return { path: found.path, namespace: "module-style" };
    });
    build.onLoad({ filter: /./, namespace: "page-style" }, () => ({ contents: "" }));
    build.onLoad({ filter: /./, namespace: "module-style" }, async ({ path }) => {
      const built = await esbuild.build({ ...COMMON, ...HASHED, entryPoints: [path] });
      const inputs = Object.keys(built.metafile.inputs).map((name) => join(ROOT, name));
      const sheet = Object.keys(built.metafile.outputs).find((name) => name.endsWith(".css"));
      const text = (await readFile(join(ROOT, sheet), "utf8")).trim();
      const contents = `import { addStyles } from "./styles"; addStyles(${JSON.stringify(text)}, ${JSON.stringify(`/a/${basename(sheet)}`)});`;
      return { contents, loader: "js", resolveDir: WEB, watchFiles: inputs };
    });
  },
};

/**
 * Every lazily loaded module imports main.tsx, which is there long before it. A screen's module is
 * one, whether it was first met by an import that waits or by one that does not.
 *
 * The bundler makes a file for each set of entries that share some modules. What main.tsx needs is
 * now shared by all of them, and is one file instead of a dozen.
 */
const oneShell = {
  name: "one-shell",
  setup(build) {
    const lazy = new Set();
    build.onResolve({ filter: /^\./ }, async (args) => {
      if (args.kind !== "dynamic-import" || args.pluginData === "found") return undefined;
      const { path } = await build.resolve(args.path, {
        importer: args.importer,
        resolveDir: args.resolveDir,
        kind: args.kind,
        pluginData: "found",
      });
      lazy.add(path);
      return undefined;
    });
    build.onLoad({ filter: /\.tsx?$/, namespace: "file" }, async ({ path }) => {
      if (!lazy.has(path) && !path.startsWith(VIEWS)) return undefined;
      const contents = `${await readFile(path, "utf8")}\nimport ${JSON.stringify(MAIN)};\n`;
      return { contents, loader: path.endsWith("x") ? "tsx" : "ts" };
    });
  },
};

/**
 * `import address from "./x.worker.ts?address"`: the worker bundled by itself, and where it lies.
 *
 * In tests there is no place for it: nothing runs there that starts one.
 */
export const bundledApart = new Set();
const workers = (isServed) => ({
  name: "workers",
  setup(build) {
    build.onResolve({ filter: /\.worker\.ts\?address$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace("?address", "")),
      namespace: "worker",
    }));
    build.onLoad({ filter: /./, namespace: "worker" }, async ({ path }) => {
      if (!isServed) return { contents: 'export default "";' };
      const bundle = { ...COMMON, ...HASHED, entryPoints: [path], format: "iife" };
      const { metafile } = await esbuild.build(bundle);
      const script = Object.keys(metafile.outputs).find((name) => name.endsWith(".js"));
      for (const name of Object.keys(metafile.inputs)) bundledApart.add(name);
      const inputs = Object.keys(metafile.inputs).map((name) => join(ROOT, name));
      const contents = `export default ${JSON.stringify(`/a/${basename(script)}`)};`;
      return { contents, watchFiles: inputs };
    });
  },
});

export const PAGE = {
  ...COMMON,
  ...HASHED,
  entryPoints: { main: MAIN, app: STYLE },
  format: "esm",
  splitting: true,
  sourcemap: WATCH,
  plugins: [stylesWithModules, oneShell, workers(true)],
};

export const WORKER = { ...COMMON, entryPoints: [join(WEB, "sw.ts")], format: "iife" };

/** Tests run in Node, each in one file: what they import is bundled in. */
export const TESTS = {
  ...COMMON,
  outdir: join(WEB, "build"),
  format: "esm",
  platform: "node",
  target: "node20", // an older one would lose its "node:"
  minify: false,
  sourcemap: "inline",
  loader: { ...LOADERS, ".css": "empty" },
  plugins: [workers(false)],
};
