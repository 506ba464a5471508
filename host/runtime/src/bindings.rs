//! Bindings generated from `wit/`. The imports are generated once; both worlds share them.
#![allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    reason = "generated; the WIT documents each item"
)]

/// What both worlds import.
pub(crate) mod plugin {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "plugin",
        imports: { default: async | trappable },
        trappable_error_type: { "deepfix:analysis/types.error" => crate::error::HostError },
        with: {
            "deepfix:analysis/artifacts.table": crate::state::OpenTable,
            "deepfix:analysis/artifacts.blob": crate::state::OpenBlob,
        },
    });
}

pub(crate) mod analyzer {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "analyzer",
        exports: { default: async },
        with: {
            "deepfix:analysis/types": super::plugin::deepfix::analysis::types,
            "deepfix:analysis/artifacts": super::plugin::deepfix::analysis::artifacts,
            "deepfix:analysis/knowledge": super::plugin::deepfix::analysis::knowledge,
            "deepfix:analysis/llm": super::plugin::deepfix::analysis::llm,
            "deepfix:analysis/progress": super::plugin::deepfix::analysis::progress,
            "deepfix:analysis/logging": super::plugin::deepfix::analysis::logging,
            "deepfix:analysis/secrets": super::plugin::deepfix::analysis::secrets,
        },
    });
}

pub(crate) mod reasoner {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "reasoner",
        exports: { default: async },
        with: {
            "deepfix:analysis/types": super::plugin::deepfix::analysis::types,
            "deepfix:analysis/artifacts": super::plugin::deepfix::analysis::artifacts,
            "deepfix:analysis/knowledge": super::plugin::deepfix::analysis::knowledge,
            "deepfix:analysis/llm": super::plugin::deepfix::analysis::llm,
            "deepfix:analysis/progress": super::plugin::deepfix::analysis::progress,
            "deepfix:analysis/logging": super::plugin::deepfix::analysis::logging,
            "deepfix:analysis/secrets": super::plugin::deepfix::analysis::secrets,
        },
    });
}

pub(crate) use plugin::deepfix::analysis::{artifacts, knowledge, llm, logging, progress, secrets, types};
