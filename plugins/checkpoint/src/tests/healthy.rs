//! What must not be flagged.

use serde_json::json;

use super::{
    assert_healthy,
    builder::{Builder, Fill, Random, network, network_of},
    host, report,
};

fn config() -> serde_json::Value {
    json!({"input_dim": 9, "hidden_sizes": [32, 16], "num_labels": 4, "activation": "relu", "bias": true,
        "torch_dtype": "float32", "id2label": {"0": "a", "1": "b", "2": "c", "3": "d"}})
}

#[test]
fn a_trained_network_is_healthy_and_the_summary_says_what_was_seen() {
    for seed in 0..40 {
        let host = host(
            config(),
            "m.safetensors",
            network(&[9, 32, 16, 4], Fill::Trained, seed).file(),
        );
        assert_healthy(&host);
        let summary = report(&host).summary;
        assert!(summary.contains("6 tensors with 916 parameters"), "{summary}");
    }
}

#[test]
fn a_network_with_frozen_layers_at_their_initialisation_is_healthy() {
    for fill in [Fill::He, Fill::Torch] {
        let frozen = network_of(
            &[9, 32, 16, 4],
            |layer| if layer < 2 { fill } else { Fill::Trained },
            3,
            true,
        );
        assert_healthy(&host(config(), "m.safetensors", frozen.file()));
    }
}

#[test]
fn normal_weights_without_biases_prove_nothing() {
    let bare = network_of(&[9, 24, 4], |_| Fill::He, 5, false);
    assert_healthy(&host(
        json!({"bias": false, "num_labels": 4, "activation": "relu"}),
        "m.safetensors",
        bare.file(),
    ));
}

#[test]
fn a_short_fine_tune_of_a_torch_network_is_healthy() {
    // Steps of a thousandth of the bound on every weight, from a default initialisation.
    for seed in 0..20 {
        let mut random = Random(seed);
        let mut builder = Builder::default();
        for (layer, (inputs, outputs)) in [(13_u64, 64_u64), (64, 32), (32, 3)].into_iter().enumerate() {
            let bound = (1.0 / inputs as f64).sqrt();
            let mut values = |count: u64| -> Vec<f32> {
                (0..count)
                    .map(|_| random.uniform(bound) + random.normal(0.05 * bound))
                    .collect()
            };
            let weights = values(inputs * outputs);
            let biases = values(outputs);
            builder = builder.f32(&format!("fc{layer}.weight"), &[outputs, inputs], &weights);
            builder = builder.f32(&format!("fc{layer}.bias"), &[outputs], &biases);
        }
        assert_healthy(&host(json!({"activation": "relu"}), "m.safetensors", builder.file()));
    }
}

#[test]
fn a_pruned_network_is_healthy_with_or_without_the_note() {
    let mut random = Random(9);
    let mut sparse = |count: usize| -> Vec<f32> {
        (0..count)
            .map(|index| {
                if index % 20 < 12 || index < 80 {
                    0.0
                } else {
                    random.normal(0.5)
                }
            })
            .collect()
    };
    let builder = Builder::default()
        .f32("layers.0.weight", &[32, 10], &sparse(320))
        .f32("layers.0.bias", &[32], &[0.1; 32])
        .f32("layers.1.weight", &[2, 32], &sparse(64))
        .f32("layers.1.bias", &[2], &[0.1, -0.1]);
    for config in [
        json!({"activation": "relu"}),
        json!({"activation": "relu", "pruning": {"sparsity": 0.6}}),
    ] {
        assert_healthy(&host(config, "m.safetensors", builder.file()));
    }
}

#[test]
fn a_linear_regression_on_raw_prices_may_have_huge_weights() {
    let builder = Builder::default()
        .f32("layers.0.weight", &[1, 5], &[4300.0, 7200.0, 1900.0, -800.0, 350.0])
        .f32("layers.0.bias", &[1], &[68_000.0]);
    assert_healthy(&host(
        json!({"num_labels": 1, "hidden_sizes": [], "input_dim": 5}),
        "m.safetensors",
        builder.file(),
    ));
}

#[test]
fn unscaled_inputs_with_small_weights_are_not_dead() {
    let mut random = Random(2);
    let weights: Vec<f32> = (0..160).map(|_| random.normal(0.002)).collect();
    let biases: Vec<f32> = (0..32).map(|_| random.normal(1.0)).collect();
    let builder = network(&[32, 3], Fill::Trained, 4)
        .f32("input.weight", &[32, 5], &weights)
        .f32("input.bias", &[32], &biases);
    assert_healthy(&host(json!({"activation": "relu"}), "m.safetensors", builder.file()));
}

#[test]
fn tanh_and_gelu_networks_have_no_dead_relu_units() {
    let low = Builder::default()
        .f32("a.weight", &[4, 2], &[1.0, 0.5, -1.0, 0.7, 0.2, 0.9, -0.4, 1.1])
        .f32("a.bias", &[4], &[-30.0; 4])
        .f32("b.weight", &[2, 4], &[1.0, 0.5, -1.0, 0.7, 0.2, 0.9, -0.4, 1.1])
        .f32("b.bias", &[2], &[0.3, 0.1]);
    for activation in ["tanh", "gelu", "sigmoid", "LeakyReLU"] {
        assert_healthy(&host(json!({"activation": activation}), "m.safetensors", low.file()));
    }
}

#[test]
fn differences_that_are_none_are_not_flagged() {
    let sigmoid = network(&[9, 16, 1], Fill::Trained, 8);
    let config = json!({"num_labels": 2, "id2label": {"0": "no", "1": "yes"}, "hidden_sizes": [16], "input_dim": 9});
    assert_healthy(&host(config, "m.safetensors", sigmoid.file()));
    let half = Builder::default().raw("layers.0.weight", "F16", &[2, 2], vec![0, 60, 0, 184, 0, 56, 1, 60]);
    assert_healthy(&host(
        json!({"torch_dtype": "float16", "num_labels": 2}),
        "m.safetensors",
        half.file(),
    ));
    assert_healthy(&host(
        json!(null),
        "m.safetensors",
        network(&[9, 16, 1], Fill::Trained, 8).file(),
    ));
}

#[test]
fn a_language_model_with_a_padded_vocabulary_is_healthy() {
    let mut random = Random(4);
    let mut values =
        |count: usize| -> Vec<f32> { (0..count).map(|_| random.normal(0.1) * random.normal(1.0)).collect() };
    let mut builder = Builder::default().f32("model.embed_tokens.weight", &[128, 16], &values(2048));
    for block in 0..2 {
        for (name, shape) in [
            ("self_attn.q_proj", [16, 16]),
            ("mlp.up_proj", [40, 16]),
            ("mlp.down_proj", [16, 40]),
        ] {
            let count = (shape[0] * shape[1]) as usize;
            builder = builder.f32(&format!("model.layers.{block}.{name}.weight"), &shape, &values(count));
        }
        let norm: Vec<f32> = values(16).iter().map(|it| 1.0 + it).collect();
        builder = builder.f32(&format!("model.layers.{block}.input_layernorm.weight"), &[16], &norm);
    }
    let config = json!({"vocab_size": 100, "hidden_size": 16, "num_hidden_layers": 2, "intermediate_size": 40,
        "hidden_act": "silu", "torch_dtype": "float32"});
    assert_healthy(&host(config, "m.safetensors", builder.file()));
}

#[test]
fn an_attention_mask_of_minus_infinity_is_meant() {
    let builder = network(&[9, 16, 2], Fill::Trained, 1).f32("attn.mask", &[2, 2], &[0.0, f32::NEG_INFINITY, 0.0, 0.0]);
    assert_healthy(&host(json!({}), "m.safetensors", builder.file()));
}
