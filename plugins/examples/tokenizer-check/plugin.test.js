// Native tests: `node --test`.
import assert from "node:assert";
import test from "node:test";

import { plugin } from "./analyzer.js";
import { definePlugin } from "./deepfix-plugin.js";
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

test("a model without a vocabulary has nothing to compare", () => {
  assert.deepEqual(codes({ hidden: 3 }, { max_length: 9 }), []);
});
