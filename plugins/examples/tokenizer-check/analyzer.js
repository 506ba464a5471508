// @ts-check
// Do tokenizer, model and training parameters fit each other? All of this fails late or silently: an id
// beyond the embedding ends in a device assert hours later, or reads what it should not.
//
// - Ids of special tokens against the rows of the embedding (`vocab_size`).
// - The tokenizer's vocabulary against the embedding. Healthy look-alike: an embedding that is larger, since
//   it is commonly padded to a multiple of 64 or 128.
// - The training's sequence length against the model's positions. Healthy look-alikes: rotary positions with a
//   `rope_scaling`, which are made to be stretched, and relative ones (T5: `relative_attention_num_buckets`),
//   which have no end.
import { Finding, Report } from "./deepfix-plugin.js";

const SPECIAL = ["pad_token_id", "bos_token_id", "eos_token_id", "unk_token_id", "decoder_start_token_id"];
const TOKENIZER = ["tokenizer_vocab_size", "tokenizer/vocab_size", "vocab_size_tokenizer"];
const LENGTH = ["max_seq_length", "max_seq_len", "max_length", "block_size", "seq_len"];

/** The first of the names that holds a whole number. */
function find(object, names) {
  for (const name of names) {
    const value = object?.[name];
    if (Number.isInteger(value)) return { name, value };
  }
  return undefined;
}

/** @type {import("./deepfix-plugin.js").Plugin} */
export const plugin = {
  name: "tokenizer-check",
  version: "0.1.0",
  summary: "Checks that tokenizer, model and training parameters fit each other.",
  requires: ["model_checkpoint"],
  reads: ["training"],
  codes: ["tokenizer_check.id_out_of_range", "tokenizer_check.vocabulary_too_large", "tokenizer_check.too_long"],

  analyze(cx) {
    const config = cx.read("model_checkpoint", "/config") ?? {};
    const params = cx.has("training") ? (cx.read("training", "/params") ?? {}) : {};
    const vocabulary = find(config, ["vocab_size", "n_vocab"]);
    const positions = find(config, ["max_position_embeddings", "n_positions", "n_ctx"]);
    const report = new Report("Compared tokenizer, model and training parameters.");
    if (!vocabulary && !positions) {
      report.summary = "The model's configuration names no vocabulary: nothing to compare.";
    }
    const model = ({ name }) => cx.source("model_checkpoint", "config", name);
    const training = ({ name }) => cx.source("training", "params", name);
    const found = (code, confidence, description, evidence, facts, action) => {
      const finding = new Finding(`tokenizer_check.${code}`, "high", confidence, { description, evidence });
      for (const [it, source] of facts) finding.fact(it.name, it.value, source(it));
      report.add(finding, { action });
    };
    for (const name of SPECIAL) {
      const id = find(config, [name]);
      // -1 is how some models say that they have none.
      if (!id || !vocabulary || id.value < vocabulary.value) continue;
      found("id_out_of_range", 0.95, `\`${name}\` lies beyond the model's embedding.`,
        `${name} is ${id.value}, and the embedding has ${vocabulary.value} rows`,
        [[id, model], [vocabulary, model]],
        "Call `model.resize_token_embeddings(len(tokenizer))` after adding tokens, before training.");
    }
    const tokenizer = find(params, TOKENIZER);
    if (vocabulary && tokenizer && tokenizer.value > vocabulary.value) {
      found("vocabulary_too_large", 0.95, "The tokenizer knows more tokens than the model has embeddings.",
        `${tokenizer.value} tokens and ${vocabulary.value} rows of the embedding`,
        [[tokenizer, training], [vocabulary, model]],
        "Train with the tokenizer that the model came with, or resize the embedding.");
    }
    const length = find(params, LENGTH);
    const endless = config.rope_scaling || config.relative_attention_num_buckets;
    if (positions && length && length.value > positions.value && !endless) {
      found("too_long", 0.85, "Sequences are longer than the positions that the model knows.",
        `${length.name} is ${length.value}, and the model has ${positions.value} positions`,
        [[length, training], [positions, model]],
        `Set \`${length.name}\` to at most ${positions.value}, or choose a model with more positions.`);
    }
    return report;
  },
};
