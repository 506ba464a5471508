//! Odd values for property tests: what clients send by mistake, and what nobody would.

use proptest::prelude::*;
use serde_json::Value as Json;

/// Numbers as JSON has them and as clients write those that it has not: ordinary ones from
/// `-size` to `size`, counts, zero, the ends of the range, NaN and the infinities as texts, null.
pub fn odd_number(size: f64) -> impl Strategy<Value = Json> {
    prop_oneof![
        8 => (-size..size).prop_map(Json::from),
        4 => (0u32..400).prop_map(Json::from),
        1 => Just(Json::from(0.0)),
        1 => Just(Json::from(1e300)),
        1 => Just(Json::from(-1e-300)),
        1 => Just(Json::from(f64::MAX)),
        1 => Just(Json::from("NaN")),
        1 => Just(Json::from("Infinity")),
        1 => Just(Json::from("-Infinity")),
        2 => Just(Json::Null),
    ]
}

/// Any JSON a few levels deep, whose members are often called by one of these names.
pub fn odd_json(names: &'static [&'static str]) -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        4 => odd_number(300.0),
        1 => any::<bool>().prop_map(Json::Bool),
        1 => "[a-zA-Z0-9.{}$/~-]{0,12}".prop_map(Json::String),
        // Numbers as numpy and tables as pandas leave them behind.
        1 => (0.0..1.0f64).prop_map(|it| serde_json::json!({"dtype": "float64", "value": it})),
        1 => prop::sample::select(vec!["[1", "[{\"a\": 1}]", "{\"b\": [0.5, null]}"]).prop_map(Json::from),
    ];
    let name = prop_oneof![
        4 => prop::sample::select(names).prop_map(str::to_owned),
        1 => "[a-zA-Z_./~ ]{0,8}",
    ];
    leaf.prop_recursive(4, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::btree_map(name.clone(), inner, 0..8).prop_map(|it| it.into_iter().collect::<Json>()),
        ]
    })
}

/// The language of a request.
pub fn odd_language() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["english", "french", "", "Klingon"])
}
