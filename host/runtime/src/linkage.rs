//! What a component imports and exports, held against what this host links.

use std::path::Path;

use wasmtime::component::{Component, types::ComponentItem};

use crate::{
    Engine, LoadError, World,
    bindings::{analyzer::AnalyzerIndices, reasoner::ReasonerIndices},
    load::Pre,
};

/// The package that this host speaks.
pub(crate) const PACKAGE: &str = "deepfix:analysis";
/// Its version: a guest of the same 0.x line matches (Cargo's notion of compatibility). A later patch
/// version only adds, so a component that was built for 0.1.0 finds all that it imports.
pub(crate) const VERSION: &str = "0.1.1";

pub(crate) fn check_magic(file: &Path, bytes: &[u8]) -> Result<(), LoadError> {
    match bytes.first_chunk::<8>() {
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => Ok(()),
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => Err(LoadError::CoreModule { file: file.to_owned() }),
        _ => {
            let found = match bytes.get(..bytes.len().min(8)) {
                Some([]) | None => "nothing: the file is empty".to_owned(),
                Some(start) => format!("`{}`", start.escape_ascii()),
            };
            Err(LoadError::NotWasm {
                file: file.to_owned(),
                found,
            })
        }
    }
}

/// `deepfix:analysis/analyze@0.1.0` into its interface and version, when it is of our package.
fn ours(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix(PACKAGE)?.strip_prefix('/')?;
    Some(rest.split_once('@').unwrap_or((rest, "")))
}

/// Versions 0.x.y match within the same x.
fn compatible(version: &str) -> bool {
    let line = |version: &str| version.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    line(version) == line(VERSION)
}

pub(crate) fn check_exports(
    file: &Path,
    engine: &Engine,
    component: &Component,
    world: World,
) -> Result<(), LoadError> {
    let names: Vec<String> = component
        .component_type()
        .exports(&engine.engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    let find = |world: World| {
        names
            .iter()
            .find(|name| ours(name).is_some_and(|(it, _)| it == world.interface()))
    };
    if let Some(name) = find(world) {
        let version = ours(name).map(|(_, version)| version).unwrap_or_default();
        if compatible(version) {
            return Ok(());
        }
        return Err(LoadError::WrongVersion {
            file: file.to_owned(),
            found: name.clone(),
            offered: format!("{PACKAGE}/{}@{VERSION}", world.interface()),
        });
    }
    if let Some(found) = find(world.other()) {
        return Err(LoadError::WrongWorld {
            file: file.to_owned(),
            expected: world,
            other: world.other(),
            found: found.clone(),
        });
    }
    let found = if names.is_empty() {
        "nothing".to_owned()
    } else {
        format!("`{}`", names.join("`, `"))
    };
    let expected = format!("{PACKAGE}/{}@{VERSION}", world.interface());
    Err(LoadError::NoWorld {
        file: file.to_owned(),
        expected,
        found,
    })
}

/// The interfaces of our package that a plugin may import.
const INTERFACES: [&str; 7] = [
    "types",
    "artifacts",
    "knowledge",
    "llm",
    "progress",
    "logging",
    "secrets",
];

/// Interfaces of WASI 0.2 that language runtimes import; each is linked in a denied form.
const WASI: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];

pub(crate) fn check_imports(file: &Path, engine: &Engine, component: &Component) -> Result<(), LoadError> {
    for (name, item) in component.component_type().imports(&engine.engine) {
        if let Some((interface, version)) = ours(name) {
            let known = INTERFACES.contains(&interface);
            if !compatible(version) {
                return Err(LoadError::WrongVersion {
                    file: file.to_owned(),
                    found: name.to_owned(),
                    offered: format!("{PACKAGE}/{interface}@{VERSION}"),
                });
            }
            if known {
                continue;
            }
        }
        let wasi = name.strip_prefix("wasi:").and_then(|rest| rest.split('/').next());
        if wasi.is_some_and(|package| WASI.contains(&package)) && matches!(item.ty, ComponentItem::ComponentInstance(_))
        {
            if name
                .split_once('@')
                .is_some_and(|(_, version)| version.starts_with("0.2."))
            {
                continue;
            }
            return Err(LoadError::WrongVersion {
                file: file.to_owned(),
                found: name.to_owned(),
                offered: "WASI 0.2".to_owned(),
            });
        }
        let hint = if wasi == Some("http") {
            "a plugin has no network; what it needs from outside reaches it through `deepfix:analysis` \
             (the StarlingMonkey runtime imports it unless told otherwise: disable its `http` feature)"
        } else {
            "a plugin imports only `deepfix:analysis` and what a language runtime needs of WASI 0.2 \
             (cli, clocks, filesystem, io, random, sockets)"
        };
        return Err(LoadError::NotLinked {
            file: file.to_owned(),
            import: name.to_owned(),
            hint: hint.to_owned(),
        });
    }
    Ok(())
}

pub(crate) fn pre(file: &Path, engine: &Engine, component: &Component, world: World) -> Result<Pre, LoadError> {
    // The names were checked; what is left are types that differ from ours.
    let differs = |error: wasmtime::Error| LoadError::Mismatched {
        file: file.to_owned(),
        reason: format!("{error:#}"),
    };
    let pre = engine.linker.instantiate_pre(component).map_err(differs)?;
    Ok(match world {
        World::Analyzer => {
            let indices = AnalyzerIndices::new(&pre).map_err(differs)?;
            Pre::Analyzer(pre, indices)
        }
        World::Reasoner => {
            let indices = ReasonerIndices::new(&pre).map_err(differs)?;
            Pre::Reasoner(pre, indices)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_line_of_versions_is_compatible() {
        assert!(compatible("0.1.0"));
        assert!(compatible("0.1.7"));
        assert!(!compatible("0.2.0"));
        assert!(!compatible("1.1.0"));
        assert!(!compatible(""));
    }
}
