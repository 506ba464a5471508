//! What the guests of the sandbox tests share. Each file in `examples/` is one component, named
//! after what it does; `tests/e2e/tests/sandbox_*.rs` says what the caller must see of it.
#![allow(missing_docs)]

pub use deepfix_plugin::*;
pub use serde_json::{Value as Json, json};

/// What an honest guest of that name says of itself.
pub fn description(name: &str) -> Description {
    Description::new(name, "0.1.0", "A guest of the sandbox tests.")
        .reads(ArtifactKind::Training)
        .codes([format!("{name}.found")])
}

/// A finding that keeps the contract.
pub fn finding(name: &str) -> Finding {
    Finding::new(&format!("{name}.found"), Severity::Low, 0.5, "It was.").description("Something was found.")
}

/// A member of the settings; null where there is none.
pub fn setting(cx: &Context, name: &str) -> Json {
    cx.settings::<Json>()
        .unwrap_or_default()
        .get(name)
        .cloned()
        .unwrap_or_default()
}

/// A report whose extras are this JSON object.
pub fn report(extras: Json) -> Report {
    Report {
        extras: extras.to_string(),
        ..Report::new("The guest came to its end.")
    }
}

/// An analyzer from the body of `analyze`, and from that of `describe` where it is not the honest
/// one. It is called as its file.
#[macro_export]
macro_rules! guest {
    (describe $description:expr, analyze $cx:pat => $body:expr) => {
        pub struct Guest;

        impl $crate::Analyzer for Guest {
            fn describe() -> $crate::Description {
                $description
            }

            #[allow(unreachable_code)]
            fn analyze($cx: &$crate::Context<'_>) -> Result<$crate::Report, $crate::Error> {
                $body
            }
        }

        deepfix_plugin::export_analyzer!(Guest);
    };
    ($cx:pat => $body:expr) => {
        $crate::guest!(describe $crate::description(NAME), analyze $cx => $body);
        const NAME: &str = env!("CARGO_CRATE_NAME");
    };
}
