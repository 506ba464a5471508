//! The glue between the generated bindings and the plain types of this crate.
#![allow(unsafe_code, reason = "the generated bindings call across the component boundary")]
#![allow(missing_docs, reason = "generated; the WIT documents each item")]
#![allow(
    clippy::all,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "generated code"
)]

mod convert;
mod host;

use std::marker::PhantomData;

use crate::{self as sdk, AgentOutcome, Context};

pub mod analyzer {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "analyzer",
        pub_export_macro: true,
        default_bindings_module: "deepfix_plugin::wasm::analyzer",
    });
}

pub mod reasoner {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "reasoner",
        pub_export_macro: true,
        default_bindings_module: "deepfix_plugin::wasm::reasoner",
        with: {
            "deepfix:analysis/types@0.1.1": super::analyzer::deepfix::analysis::types,
            "deepfix:analysis/artifacts@0.1.1": super::analyzer::deepfix::analysis::artifacts,
            "deepfix:analysis/knowledge@0.1.1": super::analyzer::deepfix::analysis::knowledge,
            "deepfix:analysis/llm@0.1.1": super::analyzer::deepfix::analysis::llm,
            "deepfix:analysis/progress@0.1.1": super::analyzer::deepfix::analysis::progress,
            "deepfix:analysis/logging@0.1.1": super::analyzer::deepfix::analysis::logging,
            "deepfix:analysis/secrets@0.1.1": super::analyzer::deepfix::analysis::secrets,
        },
    });
}

use analyzer::deepfix::analysis::types;
use convert::{description, error, outcome_of, report, request_of};
use host::WasmHost;

/// The exports of the world `analyzer` for a type that implements [`sdk::Analyzer`].
pub struct AnalyzerComponent<A>(PhantomData<A>);

impl<A: sdk::Analyzer> analyzer::exports::deepfix::analysis::analyze::Guest for AnalyzerComponent<A> {
    fn describe() -> types::Description {
        description(A::describe())
    }

    fn analyze(request: types::Request) -> Result<types::Report, types::Error> {
        let request = request_of(request);
        A::analyze(&Context::new(&WasmHost, &request))
            .map(report)
            .map_err(error)
    }
}

/// The exports of the world `reasoner` for a type that implements [`sdk::Reasoner`].
pub struct ReasonerComponent<R>(PhantomData<R>);

impl<R: sdk::Reasoner> reasoner::exports::deepfix::analysis::reason::Guest for ReasonerComponent<R> {
    fn describe() -> types::Description {
        description(R::describe())
    }

    fn reason(
        request: reasoner::exports::deepfix::analysis::reason::ReasonRequest,
    ) -> Result<types::Report, types::Error> {
        let outcomes: Vec<AgentOutcome> = request.outcomes.into_iter().map(outcome_of).collect();
        let request = request_of(request.request);
        R::reason(&Context::new(&WasmHost, &request), &outcomes)
            .map(report)
            .map_err(error)
    }
}
