/**
 * Bundles the client into web/dist/, which the API serves (mobile_api/web.py).
 *
 *   node web/build.mjs            minified, with .gz and .br beside each file
 *   node web/build.mjs --quick    the same, packed less: in a tenth of the time
 *   node web/build.mjs --watch    again at every change, with source maps
 *   node web/build.mjs --tests    web/tests/*.test.ts into web/build/, for `node --test`
 *
 * What lies in dist/a/ carries its content's hash in its name and never changes.
 */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import esbuild from "esbuild";
import { bundledApart, DIST, PAGE, ROOT, STAGE, TESTS, WATCH, WEB, WORKER } from "./bundle.mjs";

// The best takes three seconds for the reader of codes, and saves a slow phone half a second of it.
const QUALITY = process.argv.includes("--quick") ? 5 : constants.BROTLI_MAX_QUALITY;
const COMPRESSIBLE = /\.(html|js|css|svg|wasm|txt|webmanifest)$/;

const address = (output) => `/a/${basename(output)}`;
/** As web/plain_name.ts has it. */
const plainName = (path) => basename(path).replace(/-[A-Za-z0-9]+(\.\w+)$/, "$1");

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

/** By a lazy module's address: it and what it imports beyond the shell. */
function screensOf(metafile) {
  const shell = neededBy(metafile, outputOf(metafile, "web/main.tsx"));
  const screens = new Map();
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (!entryPoint || !output.endsWith(".js") || shell.has(output)) continue;
    const files = [...neededBy(metafile, output)].filter((file) => !shell.has(file));
    screens.set(address(output), files.map(address));
  }
  return screens;
}

/** In a script: all the files named, and then the first of them. */
const AT_ONCE =
  'const $all=n=>Promise.all(n.split(" ").map(f=>import("/a/"+f+".js"))).then(m=>m[0]);';

/**
 * Lets a screen's files come at once, not each when another has named it: on a slow line every
 * such step is a third of a second. The names stay true: an output's name changes with any of
 * those that it imports.
 */
async function loadAtOnce(metafile, screens) {
  for (const output of Object.keys(metafile.outputs).filter((name) => name.endsWith(".js"))) {
    const script = await readFile(join(ROOT, output), "utf8");
    const written = script.replace(/\bimport\("(\/a\/[^"]+)"\)/g, (call, wanted) => {
      const files = screens.get(wanted) ?? [];
      if (files.length < 2) return call;
      return `$all("${files.map((file) => basename(file, ".js")).join(" ")}")`;
    });
    if (written !== script) await writeFile(join(ROOT, output), AT_ONCE + written);
  }
}

const hashOf = (content) => createHash("sha256").update(content).digest("hex").slice(0, 10);

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
async function buildWorker(shell, screens, version) {
  const byName = {};
  for (const name of (await readdir(join(STAGE, "a"))).sort()) {
    // A chunk comes with the screens that need it; a style is in its screen's script.
    if (/^chunk-|\.(css|map)$/.test(name)) continue;
    const files = screens.get(`/a/${name}`) ?? [`/a/${name}`];
    byName[plainName(name)] = [...(byName[plainName(name)] ?? []), ...files];
  }
  const kept = ["/", "/manifest.webmanifest", shell.style, shell.script, ...shell.chunks];
  await esbuild.build({
    ...WORKER,
    outfile: join(STAGE, "sw.js"),
    define: {
      __BUILD__: JSON.stringify(version),
      __SHELL__: JSON.stringify(kept),
      __FILES__: JSON.stringify(byName),
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
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
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
  const screens = screensOf(metafile);
  if (!WATCH) await loadAtOnce(metafile, screens);
  const page = await writePage(shell, await copyIcons());
  const assets = (await readdir(join(STAGE, "a"))).sort().join("\n");
  const version = hashOf(page + assets);
  await buildWorker(shell, screens, version);
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

async function buildTests() {
  const folder = join(WEB, "tests");
  const names = (await readdir(folder, { recursive: true })).filter((name) =>
    /\.test\.tsx?$/.test(name),
  );
  await rm(TESTS.outdir, { recursive: true, force: true });
  await esbuild.build({ ...TESTS, entryPoints: names.map((name) => join(folder, name)) });
}

if (process.argv.includes("--tests")) await buildTests();
else if (WATCH) await watch();
else await buildOnce();
