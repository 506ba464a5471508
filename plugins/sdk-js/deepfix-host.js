// @ts-check
/// <reference path="./types/analyzer.d.ts" />
// The imports of the WIT as the host that `deepfix-plugin.js` takes. Only a component can import this.
import * as artifacts from "deepfix:analysis/artifacts@0.1.1";
import * as knowledge from "deepfix:analysis/knowledge@0.1.1";
import * as llm from "deepfix:analysis/llm@0.1.1";
import * as logging from "deepfix:analysis/logging@0.1.1";
import * as progress from "deepfix:analysis/progress@0.1.1";
import * as secrets from "deepfix:analysis/secrets@0.1.1";
import { PluginError } from "./deepfix-plugin.js";

/** @typedef {import("./deepfix-plugin.js").Kind} Kind */
/** @type {(kind: Kind) => import("deepfix:analysis/types@0.1.1").ArtifactKind} */
const witKind = (kind) => (kind === "model_checkpoint" ? "model-checkpoint" : kind);
/** @type {(kind: import("deepfix:analysis/types@0.1.1").ArtifactKind) => Kind} */
const ourKind = (kind) => (kind === "model-checkpoint" ? "model_checkpoint" : kind);

/**
 * An error of the WIT is thrown as its variant, by some versions inside `payload`.
 * @template T
 * @param {() => T} call
 */
function asked(call) {
  try {
    return call();
  } catch (/** @type {any} */ error) {
    const it = error?.payload ?? error;
    if (it?.tag) throw new PluginError(it.tag, it.val);
    throw error;
  }
}

/** @type {(it: artifacts.Table) => import("./deepfix-plugin.js").HostTable} */
const table = (it) => ({
  rowCount: () => it.rowCount(),
  columns: () => it.columns(),
  numberBytes: (column, offset, length) => asked(() => it.numberBytes(column, offset, length)),
  texts: (column, offset, length) => asked(() => it.texts(column, offset, length)),
  summarize: (column, offset, length) => asked(() => it.summarize(column, offset, length)),
});

/** @type {(it: artifacts.Blob) => import("./deepfix-plugin.js").HostBlob} */
const blob = (it) => ({
  size: () => it.size(),
  read: (offset, length) => asked(() => it.read(offset, length)),
});

/** @type {import("./deepfix-plugin.js").Host} */
export const host = {
  available: () => artifacts.available().map(ourKind),
  read: (kind, at) => asked(() => artifacts.read(witKind(kind), at)),
  tables: (kind) => asked(() => artifacts.tables(witKind(kind))),
  openTable: (kind, name) => table(asked(() => artifacts.openTable(witKind(kind), name))),
  blobs: (kind) => asked(() => artifacts.blobs(witKind(kind))),
  openBlob: (kind, name) => blob(asked(() => artifacts.openBlob(witKind(kind), name))),
  search: (query) => asked(() => knowledge.search(query)),
  modelAvailable: () => llm.available(),
  completeAll: (questions) => llm.completeAll(questions),
  secret: (name) => asked(() => secrets.get(name)),
  log: (level, message, fields) => logging.log(level, message, fields),
  progress: (fraction, message) => progress.report(fraction, message),
};
