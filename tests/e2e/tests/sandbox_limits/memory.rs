//! Memory, tables and the stack.

use super::*;

#[tokio::test]
async fn memory_is_limited_at_growth() {
    let run = Case::guest("allocates_forever")
        .limits(|it| it.memory = 16 << 20)
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::MemoryLimit, "{error}");
    assert!(
        names_limit(&error.message, "memory") && error.message.contains("= 16777216"),
        "{error}"
    );
    assert!(
        run.spent.peak_memory <= 16 << 20 && run.spent.peak_memory > 8 << 20,
        "{}",
        run.spent.peak_memory
    );
}

#[tokio::test]
async fn memory_is_limited_at_the_start() {
    let guest = Guest {
        name: "large_at_start",
        pages: 2_000,
        ..text::HONEST
    };
    let error = Case::text(&guest).refusal().await.to_string();
    assert!(
        error.contains("`describe` failed: memory_limit: ") && names_limit(&error, "memory"),
        "{error}"
    );
}

#[tokio::test]
async fn a_memory_limit_beyond_the_engine_names_the_engine() {
    let run = Case::guest("allocates_forever")
        .limits(|it| it.memory = 1 << 40)
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::MemoryLimit, "{error}");
    assert!(error.message.contains("raise `[engine] max_memory`"), "{error}");
}

/// A table that grows by a thousand elements for ever.
const GROWS_TABLE: Guest = Guest {
    name: "grows_table",
    more: "(table $t 1 funcref)",
    body: "(loop $again (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $again)) unreachable",
    ..text::HONEST
};

#[tokio::test]
async fn table_growth_is_limited() {
    let run = Case::text(&GROWS_TABLE)
        .limits(|it| it.table_elements = 5_000)
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::TableLimit, "{error}");
    assert!(
        names_limit(&error.message, "table_elements") && error.message.contains("= 5000"),
        "{error}"
    );
}

#[tokio::test]
async fn a_table_limit_beyond_the_engine_still_ends() {
    let run = Case::text(&GROWS_TABLE)
        .limits(|it| it.table_elements = u64::MAX)
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::TableLimit, "{error}");
}

#[tokio::test]
async fn recursion_ends_at_the_stack_of_the_engine() {
    let guest = Guest {
        name: "recurses",
        more: "(func $deeper (param i64) (result i64)
                 (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))",
        body: "(drop (call $deeper (i64.const 0))) unreachable",
        ..text::HONEST
    };
    let run = Case::text(&guest).run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::StackOverflow, "{error}");
    assert!(error.message.contains("`[engine] stack` sets its size"), "{error}");
}

#[tokio::test]
async fn recursion_of_a_rust_guest_is_told_as_such() {
    let run = Case::guest("deep_recursion").run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::StackOverflow, "{error}");
    assert!(error.message.contains("recursion ran over the stack"), "{error}");
}
