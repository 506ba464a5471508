//! What a new project is made of: templates, the SDK of its language, and the contract. All of it is in the
//! binary, so that `deepfix plugin new` needs no checkout.

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../templates/", $path))
    };
}
macro_rules! repository {
    ($path:literal) => {
        include_str!(concat!("../../../../", $path))
    };
}

pub(crate) const PLUGIN_TOML: &str = template!("plugin.toml.tmpl");
pub(crate) const README: &str = template!("README.md.tmpl");

/// The contract, for languages whose tools read it.
pub(crate) const WIT: [(&str, &str); 10] = [
    ("wit/analyze.wit", repository!("wit/analyze.wit")),
    ("wit/artifacts.wit", repository!("wit/artifacts.wit")),
    ("wit/knowledge.wit", repository!("wit/knowledge.wit")),
    ("wit/llm.wit", repository!("wit/llm.wit")),
    ("wit/logging.wit", repository!("wit/logging.wit")),
    ("wit/progress.wit", repository!("wit/progress.wit")),
    ("wit/reason.wit", repository!("wit/reason.wit")),
    ("wit/secrets.wit", repository!("wit/secrets.wit")),
    ("wit/types.wit", repository!("wit/types.wit")),
    ("wit/world.wit", repository!("wit/world.wit")),
];

pub(crate) const RUST: [(&str, &str); 2] = [
    ("Cargo.toml", template!("rust/Cargo.toml.tmpl")),
    ("src/lib.rs", template!("rust/lib.rs.tmpl")),
];
pub(crate) const PYTHON: [(&str, &str); 17] = [
    ("plugin.py", template!("python/plugin.py.tmpl")),
    ("test_plugin.py", template!("python/test_plugin.py.tmpl")),
    ("deepfix_plugin.py", repository!("plugins/sdk-python/deepfix_plugin.py")),
    ("deepfix_host.py", repository!("plugins/sdk-python/deepfix_host.py")),
    (
        "deepfix_testing.py",
        repository!("plugins/sdk-python/deepfix_testing.py"),
    ),
    (
        "typings/componentize_py_types.py",
        repository!("plugins/sdk-python/typings/componentize_py_types.py"),
    ),
    (
        "typings/wit_world/__init__.py",
        repository!("plugins/sdk-python/typings/wit_world/__init__.py"),
    ),
    (
        "typings/wit_world/exports/__init__.py",
        repository!("plugins/sdk-python/typings/wit_world/exports/__init__.py"),
    ),
    (
        "typings/wit_world/exports/analyze.py",
        repository!("plugins/sdk-python/typings/wit_world/exports/analyze.py"),
    ),
    (
        "typings/wit_world/imports/__init__.py",
        repository!("plugins/sdk-python/typings/wit_world/imports/__init__.py"),
    ),
    (
        "typings/wit_world/imports/artifacts.py",
        repository!("plugins/sdk-python/typings/wit_world/imports/artifacts.py"),
    ),
    (
        "typings/wit_world/imports/knowledge.py",
        repository!("plugins/sdk-python/typings/wit_world/imports/knowledge.py"),
    ),
    (
        "typings/wit_world/imports/llm.py",
        repository!("plugins/sdk-python/typings/wit_world/imports/llm.py"),
    ),
    (
        "typings/wit_world/imports/logging.py",
        repository!("plugins/sdk-python/typings/wit_world/imports/logging.py"),
    ),
    (
        "typings/wit_world/imports/progress.py",
        repository!("plugins/sdk-python/typings/wit_world/imports/progress.py"),
    ),
    (
        "typings/wit_world/imports/secrets.py",
        repository!("plugins/sdk-python/typings/wit_world/imports/secrets.py"),
    ),
    (
        "typings/wit_world/imports/types.py",
        repository!("plugins/sdk-python/typings/wit_world/imports/types.py"),
    ),
];
/// In place of the files of JavaScript that are called alike.
pub(crate) const TYPESCRIPT: [(&str, &str); 2] = [
    ("package.json", template!("typescript/package.json.tmpl")),
    ("analyzer.ts", template!("typescript/analyzer.ts.tmpl")),
];
pub(crate) const JAVASCRIPT: [(&str, &str); 19] = [
    ("package.json", template!("javascript/package.json.tmpl")),
    ("plugin.js", template!("javascript/plugin.js.tmpl")),
    ("analyzer.js", template!("javascript/analyzer.js.tmpl")),
    ("plugin.test.js", template!("javascript/plugin.test.js.tmpl")),
    ("deepfix-plugin.js", repository!("plugins/sdk-js/deepfix-plugin.js")),
    ("deepfix-plugin.d.ts", repository!("plugins/sdk-js/deepfix-plugin.d.ts")),
    ("deepfix-host.js", repository!("plugins/sdk-js/deepfix-host.js")),
    ("deepfix-testing.js", repository!("plugins/sdk-js/deepfix-testing.js")),
    (
        "deepfix-testing.d.ts",
        repository!("plugins/sdk-js/deepfix-testing.d.ts"),
    ),
    ("tsconfig.json", repository!("plugins/sdk-js/tsconfig.json")),
    ("types/analyzer.d.ts", repository!("plugins/sdk-js/types/analyzer.d.ts")),
    (
        "types/interfaces/deepfix-analysis-analyze.d.ts",
        repository!("plugins/sdk-js/types/interfaces/deepfix-analysis-analyze.d.ts"),
    ),
    (
        "types/interfaces/deepfix-analysis-artifacts.d.ts",
        repository!("plugins/sdk-js/types/interfaces/deepfix-analysis-artifacts.d.ts"),
    ),
    (
        "types/interfaces/deepfix-analysis-knowledge.d.ts",
        repository!("plugins/sdk-js/types/interfaces/deepfix-analysis-knowledge.d.ts"),
    ),
    (
        "types/interfaces/deepfix-analysis-llm.d.ts",
        repository!("plugins/sdk-js/types/interfaces/deepfix-analysis-llm.d.ts"),
    ),
    (
        "types/interfaces/deepfix-analysis-logging.d.ts",
        repository!("plugins/sdk-js/types/interfaces/deepfix-analysis-logging.d.ts"),
    ),
    (
        "types/interfaces/deepfix-analysis-progress.d.ts",
        repository!("plugins/sdk-js/types/interfaces/deepfix-analysis-progress.d.ts"),
    ),
    (
        "types/interfaces/deepfix-analysis-secrets.d.ts",
        repository!("plugins/sdk-js/types/interfaces/deepfix-analysis-secrets.d.ts"),
    ),
    (
        "types/interfaces/deepfix-analysis-types.d.ts",
        repository!("plugins/sdk-js/types/interfaces/deepfix-analysis-types.d.ts"),
    ),
];
pub(crate) const C: [(&str, &str); 5] = [
    ("plugin.c", template!("c/plugin.c.tmpl")),
    ("deepfix_plugin.h", repository!("plugins/sdk-c/deepfix_plugin.h")),
    ("deepfix_plugin.c", repository!("plugins/sdk-c/deepfix_plugin.c")),
    ("analyzer.h", repository!("plugins/sdk-c/analyzer.h")),
    ("analyzer.c", repository!("plugins/sdk-c/analyzer.c")),
];
pub(crate) const C_TYPES: &[u8] = include_bytes!("../../../../plugins/sdk-c/analyzer_component_type.o");

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    fn below(folder: &Path, files: &mut Vec<PathBuf>) {
        for it in fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
            if it.is_dir() {
                below(&it, files);
            } else {
                files.push(it);
            }
        }
    }

    #[test]
    fn a_project_gets_every_file_of_its_sdk_and_of_the_contract() {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for (folder, list, extensions) in [
            ("plugins/sdk-python", &PYTHON[..], &["py"][..]),
            ("plugins/sdk-js", &JAVASCRIPT, &["js", "ts"]),
            ("plugins/sdk-c", &C, &["c", "h"]),
            ("wit", &WIT, &["wit"]),
        ] {
            let root = repository.join(folder);
            let mut files = Vec::new();
            below(&root, &mut files);
            let known: BTreeSet<_> = list.iter().map(|(name, _)| name.trim_start_matches("wit/")).collect();
            let source = |it: &&PathBuf| {
                it.extension()
                    .is_some_and(|it| extensions.iter().any(|known| it == *known))
            };
            for file in files.iter().filter(source) {
                let name = file.strip_prefix(&root).unwrap().to_str().unwrap();
                assert!(known.contains(name), "{folder}/{name} is in no new project");
            }
        }
    }
}
