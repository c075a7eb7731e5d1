/**
 * Bundles the client into web/dist/, which the API serves (mobile_api/web.py).
 *
 *   node web/build.mjs            minified, with .gz and .br beside each file
 *   node web/build.mjs --watch    again at every change, with source maps
 *   node web/build.mjs --tests    web/tests/*.test.ts into web/build/, for `node --test`
 *
 * What lies in dist/a/ carries its content's hash in its name and never changes.
 */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import esbuild from "esbuild";

const WEB = fileURLToPath(new URL(".", import.meta.url));
const ROOT = resolve(WEB, "..");
const DIST = join(WEB, "dist");
const STAGE = join(WEB, `dist.${process.pid}`);
const MAIN = join(WEB, "main.tsx");
const STYLE = join(WEB, "app.css");
const WATCH = process.argv.includes("--watch");

const LOADERS = Object.fromEntries(
  [".png", ".svg", ".webp", ".gif", ".wasm", ".woff2", ".mp3"].map((kind) => [kind, "file"]),
);
const COMPRESSIBLE = /\.(html|js|css|svg|wasm|txt|webmanifest)$/;

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
 * Every lazily loaded module imports main.tsx, which is there long before it.
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
      if (!lazy.has(path)) return undefined;
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
const bundledApart = new Set();
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

const PAGE = {
  ...COMMON,
  ...HASHED,
  entryPoints: { main: MAIN, app: STYLE },
  format: "esm",
  splitting: true,
  sourcemap: WATCH,
  plugins: [stylesWithModules, oneShell, workers(true)],
};

const address = (output) => `/a/${basename(output)}`;

/** The outputs that one needs, itself first: all that it imports, and what those import. */
function neededBy(metafile, output, needed = new Set()) {
  needed.add(output);
  for (const { kind, path } of metafile.outputs[output].imports) {
    if (kind === "import-statement" && !needed.has(path)) neededBy(metafile, path, needed);
  }
  return needed;
}

function outputOf(metafile, source) {
  const outputs = Object.entries(metafile.outputs);
  return outputs.find(([, output]) => output.entryPoint === source)[0];
}

/** What the page needs before it shows anything. */
function shellOf(metafile) {
  const needed = neededBy(metafile, outputOf(metafile, "web/main.tsx"));
  const [script, ...chunks] = [...needed].map(address);
  return { style: address(outputOf(metafile, "web/app.css")), script, chunks };
}

/**
 * Lets a screen's files come at once, not each when another has named it: on a slow line every
 * such step is a third of a second. The names stay true: an output's name changes with any of
 * those that it imports.
 */
async function loadAtOnce(metafile) {
  const shell = neededBy(metafile, outputOf(metafile, "web/main.tsx"));
  const together = new Map();
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (!entryPoint || !output.endsWith(".js")) continue;
    const files = [...neededBy(metafile, output)].filter((file) => !shell.has(file));
    if (files.length > 1) together.set(address(output), files.map(address));
  }
  for (const output of Object.keys(metafile.outputs).filter((name) => name.endsWith(".js"))) {
    const script = await readFile(join(ROOT, output), "utf8");
    const written = script.replace(/\bimport\("(\/a\/[^"]+)"\)/g, (call, wanted) => {
      const files = together.get(wanted);
      if (!files) return call;
      const imports = files.map((file) => `import("${file}")`).join(",");
      return `Promise.all([${imports}]).then(m=>m[0])`;
    });
    if (written !== script) await writeFile(join(ROOT, output), written);
  }
}

const hashOf = (content) => createHash("sha256").update(content).digest("base64url").slice(0, 8);

/** Copies the icons under hashed names; by plain name, the address. */
async function copyIcons() {
  const addresses = {};
  for (const name of await readdir(join(WEB, "icons"))) {
    const content = await readFile(join(WEB, "icons", name));
    const [stem, kind] = name.split(".");
    const hashed = `${stem}-${hashOf(content)}.${kind}`;
    await writeFile(join(STAGE, "a", hashed), content);
    addresses[name] = `/a/${hashed}`;
  }
  return addresses;
}

/** Fills in `{{icon:name}}`; an icon that is not there is an error, not a broken picture. */
function withIcons(text, icons) {
  return text.replace(/\{\{icon:([^}]+)\}\}/g, (_, name) => {
    if (!icons[name]) throw new Error(`web/icons/${name} is named but not there`);
    return icons[name];
  });
}

async function writePage(shell, icons) {
  const head = [
    `<link rel="stylesheet" href="${shell.style}">`,
    ...shell.chunks.map((chunk) => `<link rel="modulepreload" href="${chunk}">`),
    `<script type="module" src="${shell.script}"></script>`,
  ];
  const template = await readFile(join(WEB, "index.html"), "utf8");
  const page = withIcons(template, icons).replace("{{head}}", head.join("\n    "));
  const manifest = withIcons(await readFile(join(WEB, "manifest.webmanifest"), "utf8"), icons);
  await writeFile(join(STAGE, "index.html"), page);
  await writeFile(join(STAGE, "manifest.webmanifest"), manifest);
  return page + manifest;
}

/** /sw.js knows its build (another one is another worker) and what to keep for a start offline. */
async function buildWorker(shell, version) {
  const kept = ["/", "/manifest.webmanifest", shell.style, shell.script, ...shell.chunks];
  await esbuild.build({
    ...COMMON,
    entryPoints: [join(WEB, "sw.ts")],
    outfile: join(STAGE, "sw.js"),
    format: "iife",
    define: {
      __BUILD__: JSON.stringify(version),
      __SHELL__: JSON.stringify(kept),
    },
  });
}

/** The licences of everything that was bundled: each asks to be handed on with a copy. */
async function writeLicences(metafile) {
  const inputs = [...Object.keys(metafile.inputs), ...bundledApart].join("\n");
  const names = new Set(
    [...inputs.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map((m) => m[1]),
  );
  const texts = [];
  for (const name of [...names].sort()) {
    const folder = join(ROOT, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    const text = file ? await readFile(join(folder, file), "utf8") : "";
    texts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  await writeFile(join(STAGE, "licences.txt"), texts.join(`\n${"-".repeat(72)}\n\n`));
}

async function compressAll() {
  const names = (await readdir(STAGE, { recursive: true })).filter((name) =>
    COMPRESSIBLE.test(name),
  );
  const packed = [
    [".gz", (content) => promisify(gzip)(content, { level: 9 })],
    [".br", (content) => promisify(brotliCompress)(content, brotli(content.length))],
  ];
  await Promise.all(
    names.map(async (name) => {
      const content = await readFile(join(STAGE, name));
      for (const [suffix, pack] of packed) {
        const small = await pack(content);
        if (small.length < content.length) await writeFile(join(STAGE, name + suffix), small);
      }
    }),
  );
}

const brotli = (size) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: size,
  },
});

/** The whole build at once in the place of the former: a server never sees half of one. */
async function swap() {
  const former = `${STAGE}.former`;
  for (;;) {
    await rename(DIST, former).catch(ignoreAbsent);
    await rm(former, { recursive: true, force: true });
    try {
      await rename(STAGE, DIST);
      return;
    } catch (error) {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error; // another build's
    }
  }
}

function ignoreAbsent(error) {
  if (error.code !== "ENOENT") throw error;
}

/** Everything that follows from the bundle. */
async function finish(metafile) {
  await mkdir(join(STAGE, "a"), { recursive: true });
  const shell = shellOf(metafile);
  if (!WATCH) await loadAtOnce(metafile);
  const page = await writePage(shell, await copyIcons());
  const assets = (await readdir(join(STAGE, "a"))).sort().join("\n");
  const version = hashOf(page + assets);
  await buildWorker(shell, version);
  await writeLicences(metafile);
  if (!WATCH) await compressAll();
  await swap();
  return version;
}

async function buildOnce() {
  try {
    const { metafile } = await esbuild.build(PAGE);
    await finish(metafile);
    report(metafile);
  } finally {
    await rm(STAGE, { recursive: true, force: true });
  }
}

function report(metafile) {
  const scripts = Object.keys(metafile.outputs).filter((name) => name.endsWith(".js"));
  console.log(`Web client: ${scripts.length} scripts in ${relative(process.cwd(), DIST) || "."}`);
}

async function watch() {
  const onEnd = {
    name: "finish",
    setup(build) {
      build.onEnd(async ({ errors, metafile }) => {
        if (errors.length > 0) return;
        console.log(`Built ${await finish(metafile)} at ${new Date().toLocaleTimeString()}`);
      });
    },
  };
  const context = await esbuild.context({ ...PAGE, plugins: [...PAGE.plugins, onEnd] });
  await context.watch();
}

/** Tests run in Node, each in one file: what they import is bundled in. */
async function buildTests() {
  const folder = join(WEB, "tests");
  const names = (await readdir(folder, { recursive: true })).filter((name) =>
    /\.test\.tsx?$/.test(name),
  );
  const outdir = join(WEB, "build");
  await rm(outdir, { recursive: true, force: true });
  await esbuild.build({
    ...COMMON,
    entryPoints: names.map((name) => join(folder, name)),
    outdir,
    format: "esm",
    platform: "node",
    target: "node20", // an older one would lose its "node:"
    minify: false,
    sourcemap: "inline",
    loader: { ...LOADERS, ".css": "empty" },
    plugins: [workers(false)],
  });
}

if (process.argv.includes("--tests")) await buildTests();
else if (WATCH) await watch();
else await buildOnce();
