// The imports of the WIT as the host that `deepfix-plugin.js` takes. Only a component can import this.
import * as artifacts from "deepfix:analysis/artifacts@0.1.1";
import * as knowledge from "deepfix:analysis/knowledge@0.1.1";
import * as logging from "deepfix:analysis/logging@0.1.1";
import * as progress from "deepfix:analysis/progress@0.1.1";
import * as secrets from "deepfix:analysis/secrets@0.1.1";
import { PluginError } from "./deepfix-plugin.js";

const witKind = (kind) => kind.replaceAll("_", "-");
const ourKind = (kind) => kind.replaceAll("-", "_");

// An error of the WIT is thrown as its variant, by some versions inside `payload`.
function asked(call) {
  try {
    return call();
  } catch (error) {
    const it = error?.payload ?? error;
    if (it?.tag) throw new PluginError(it.tag, it.val);
    throw error;
  }
}

function table(it) {
  return {
    rowCount: () => it.rowCount(),
    columns: () => it.columns(),
    numberBytes: (column, offset, length) => asked(() => it.numberBytes(column, offset, length)),
    texts: (column, offset, length) => asked(() => it.texts(column, offset, length)),
  };
}

export const host = {
  available: () => artifacts.available().map(ourKind),
  read: (kind, at) => asked(() => artifacts.read(witKind(kind), at)),
  tables: (kind) => asked(() => artifacts.tables(witKind(kind))),
  openTable: (kind, name) => table(asked(() => artifacts.openTable(witKind(kind), name))),
  blobs: (kind) => asked(() => artifacts.blobs(witKind(kind))),
  openBlob: (kind, name) => asked(() => artifacts.openBlob(witKind(kind), name)),
  search: (query) => asked(() => knowledge.search(query)),
  secret: (name) => asked(() => secrets.get(name)),
  log: (level, message, fields) => logging.log(level, message, fields),
  progress: (fraction, message) => progress.report(fraction, message),
};
