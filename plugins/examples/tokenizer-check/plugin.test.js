// Native tests: `node --test`.
import assert from "node:assert";
import test from "node:test";

import { plugin } from "./analyzer.js";
import { Table, definePlugin } from "./deepfix-plugin.js";
import { FakeHost } from "./deepfix-testing.js";

function codes(config, params) {
  const host = new FakeHost({ model_checkpoint_artifacts: { config }, training_artifacts: { params } });
  return definePlugin(plugin, host).run(host, {}).analyses.map((it) => it.finding.code);
}

test("an id beyond the embedding is found", () => {
  assert.deepEqual(codes({ vocab_size: 100, pad_token_id: 100 }, {}), ["tokenizer_check.id_out_of_range"]);
});

test("an embedding that is padded is healthy", () => {
  assert.deepEqual(codes({ vocab_size: 50304, eos_token_id: 50256 }, { tokenizer_vocab_size: 50257 }), []);
});

test("stretched rotary positions are healthy", () => {
  const model = { vocab_size: 9, max_position_embeddings: 4096 };
  assert.deepEqual(codes(model, { max_seq_length: 8192 }), ["tokenizer_check.too_long"]);
  assert.deepEqual(codes({ ...model, rope_scaling: { factor: 2 } }, { max_seq_length: 8192 }), []);
});

test("relative positions have no end", () => {
  const t5 = { vocab_size: 32128, n_positions: 512, relative_attention_num_buckets: 32 };
  assert.deepEqual(codes(t5, { max_seq_length: 2048 }), []);
});

test("a model without a vocabulary has nothing to compare", () => {
  assert.deepEqual(codes({ hidden: 3 }, { max_length: 9 }), []);
});

test("the host for tests answers as the real one does", () => {
  const host = new FakeHost({
    training_artifacts: { metrics_values: { loss: [1, null, "NaN", 0.5], note: ["a", null, 3, "c"] } },
  });
  const open = host.openTable("training", "metrics");
  assert.deepEqual(open.columns().map((it) => it.columnType), ["numeric", "text"]);
  assert.deepEqual([...new Table("training", "metrics", open).numbers("loss")], [1, NaN, NaN, 0.5]);
  assert.deepEqual(open.texts("note", 2, 2), ["3", "c"]);
  assert.equal(open.numberBytes("loss", 3, 9).length, 8);
  assert.equal(open.summarize("loss", 1, 3).count, 1);
  assert.throws(() => open.numberBytes("note", 0, 4), { kind: "invalid" });
  assert.throws(() => open.texts("toString", 0, 4), { kind: "not-found" });
  assert.throws(() => host.secret("constructor"), { kind: "denied" });
  assert.equal(host.read("training", "/constructor"), undefined);
  assert.equal(host.read("training", "/metrics_values/loss/length"), undefined);
  assert.equal(host.read("training", "/metrics_values/loss/3"), "0.5");
});
