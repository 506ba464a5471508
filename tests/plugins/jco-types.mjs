// The TypeScript types of a WIT folder's world `analyzer`, by the generator of jco:
//     node jco-types.mjs NODE_FOLDER WIT_FOLDER OUT_FOLDER
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [node, wit, out] = process.argv.slice(2);
const require = createRequire(pathToFileURL(path.resolve(node, "package.json")));
const jco = await import(pathToFileURL(require.resolve("@bytecodealliance/jco-transpile/component")).href);
await jco.$init;

// As one text with the package first: reading folders depends on the version of Node.
const files = fs.readdirSync(wit).sort().map((name) => fs.readFileSync(path.join(wit, name), "utf8"));
const all = files.join("\n");
const [head] = /^package .*;$/m.exec(all);
const source = `${head}\n${all.replace(head, "")}`;

const types = jco.generateTypes("analyzer", {
  wit: { tag: "source", val: source }, world: "analyzer", guest: true, tlaCompat: false,
  features: { tag: "list", val: [] }, flagsAsBigint: false, variantsInlineCases: false, useNamespaceObjects: false,
  enumValuesScreamingSnakeCase: false,
});
const note = "// Generated from wit/ by jco; a test compares. componentize-qjs hands 64-bit integers over as numbers,\n" +
  "// so they are numbers here.\n";
for (const [name, bytes] of types) {
  const file = path.join(out, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, note + new TextDecoder().decode(bytes).replace(/\bbigint\b/g, "number"));
}
