//! No query does harm, whatever stands in it.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static FRUIT: LazyLock<KnowledgeBase> = LazyLock::new(fruit);

/// Texts that are syntax to a query parser, or that are simply large.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[()\"*+:^~\\[\\]{}\\\\/ a-z\u{0}]{0,200}",
        Just("(".repeat(100_000)),
        Just("\"".repeat(100_000)),
        Just("stripes ".repeat(128 * 1024)),
        Just("a".repeat(1024 * 1024)),
        Just("😀👩‍🔬".repeat(10_000)),
        Just("\u{0}stripes\u{0}".to_owned()),
        Just("domain:data_quality".to_owned()),
        Just("* OR rank:[0 TO *]".to_owned()),
        Just("stripes AND NOT stripes".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_query_does_harm(
        text in hostile(),
        domain in proptest::option::of(hostile()),
        code in proptest::option::of(hostile()),
        limit in prop_oneof![Just(0), Just(1), Just(10), Just(usize::MAX)],
    ) {
        let query = SearchQuery { text, domain, code, limit };
        let hits = FRUIT.search(&query).unwrap();
        prop_assert!(hits.len() <= limit.min(MAX_HITS));
        prop_assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
        prop_assert_eq!(FRUIT.search(&query).unwrap(), hits);
    }

    #[test]
    fn punctuation_has_no_meaning(marks in "[()\"*+:^~\\[\\]{}\\\\/ ]{0,50}") {
        prop_assert_eq!(search(&FRUIT, &format!("{marks} stripes {marks} peel")), search(&FRUIT, "stripes peel"));
        prop_assert_eq!(search(&FRUIT, &marks), []);
    }
}
