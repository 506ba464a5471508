//! The WIT as a list of items, each with its signature, so that a change of the contract shows as
//! a difference and a change of a comment does not.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, PackageId, Resolve, SourceMap, Type, TypeDefKind, TypeId, TypeOwner,
    WorldItem, WorldKey,
};

/// Items by name.
pub type Items = BTreeMap<String, String>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit")
}

/// The version that `wit/` has.
pub const VERSION: &str = "0.1.1";

/// The published files with their texts.
///
/// # Panics
/// The folder cannot be read.
#[must_use]
pub fn sources() -> Vec<(String, String)> {
    let mut sources: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it == "wit"))
        .map(|it| {
            (
                it.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&it).unwrap(),
            )
        })
        .collect();
    sources.sort();
    sources
}

/// The version of a package and its items.
///
/// # Panics
/// The texts are not valid WIT.
#[must_use]
pub fn items(sources: &[(String, String)]) -> (String, Items) {
    let mut map = SourceMap::new();
    for (file, text) in sources {
        map.push_str(file, text.as_str());
    }
    let mut resolve = Resolve::default();
    let group = map
        .parse()
        .unwrap_or_else(|(map, error)| panic!("{}", error.render(&map)));
    let package = resolve.push_group(group).unwrap();
    let version = resolve.packages[package]
        .name
        .version
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    (version, Lister { resolve: &resolve }.package(package))
}

/// The text of a lock file.
#[must_use]
pub fn lock(items: &Items) -> String {
    items.iter().fold(String::new(), |mut text, (name, signature)| {
        let _ = writeln!(text, "{name}: {signature}");
        text
    })
}

/// The items of a lock file.
#[must_use]
pub fn unlock(text: &str) -> Items {
    text.lines()
        .filter(|it| !it.starts_with('#') && !it.is_empty())
        .filter_map(|it| it.split_once(": "))
        .map(|(name, signature)| (name.to_owned(), signature.to_owned()))
        .collect()
}

/// What differs between what was published and what is there. New items are a difference where
/// `additions` are not allowed, within the same version; what a plugin has to export always is,
/// since plugins that were built before do not.
#[must_use]
pub fn differences(published: &Items, current: &Items, additions: bool) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, was) in published {
        match current.get(name) {
            Some(is) if is == was => {}
            Some(is) => differences.push(format!("changed: {name}\n    was {was}\n    is  {is}")),
            None => differences.push(format!("removed: {name}\n    was {was}")),
        }
    }
    for (name, is) in current.iter().filter(|(name, _)| !published.contains_key(*name)) {
        if !additions || is_demanded(name, is, published) {
            differences.push(format!("added: {name}\n    is  {is}"));
        }
    }
    differences
}

/// Whether a new item is one that plugins export: an export of a published world, or a function
/// of an interface that a published world exports.
fn is_demanded(name: &str, is: &str, published: &Items) -> bool {
    let ends = || published.keys().filter_map(|it| it.strip_prefix("world "));
    if let Some((world, _)) = name.strip_prefix("world ").and_then(|it| it.split_once(" export ")) {
        return ends().any(|it| it.split(' ').next() == Some(world));
    }
    let interface = name.split('.').next();
    is.contains("func(") && ends().any(|it| it.split_once(" export ").map(|(_, of)| of) == interface)
}

struct Lister<'a> {
    resolve: &'a Resolve,
}

impl Lister<'_> {
    fn package(&self, package: PackageId) -> Items {
        let mut items = Items::new();
        let package = &self.resolve.packages[package];
        for (name, interface) in &package.interfaces {
            self.interface(name, *interface, &mut items);
        }
        for (name, world) in &package.worlds {
            let world = &self.resolve.worlds[*world];
            for (direction, ends) in [("import", &world.imports), ("export", &world.exports)] {
                for (key, item) in ends {
                    let (key, what) = self.end(key, item);
                    items.insert(format!("world {name} {direction} {key}"), what);
                }
            }
        }
        items
    }

    fn end(&self, key: &WorldKey, item: &WorldItem) -> (String, String) {
        let name = match key {
            WorldKey::Name(name) => name.clone(),
            WorldKey::Interface(it) => self.resolve.interfaces[*it].name.clone().unwrap_or_default(),
        };
        let what = match item {
            WorldItem::Interface { .. } => "interface".to_owned(),
            WorldItem::Function(function) => self.function(function),
            WorldItem::Type { id, .. } => self.definition(*id),
        };
        (name, what)
    }

    fn interface(&self, name: &str, interface: InterfaceId, items: &mut Items) {
        let interface = &self.resolve.interfaces[interface];
        for (of, id) in &interface.types {
            // `use` only gives a name to a type of another interface.
            if !matches!(self.resolve.types[*id].kind, TypeDefKind::Type(Type::Id(_))) {
                items.insert(format!("{name}.{of}"), self.definition(*id));
            }
        }
        for (of, function) in &interface.functions {
            items.insert(format!("{name}.{of}"), self.function(function));
        }
    }

    fn function(&self, function: &Function) -> String {
        let kind = match function.kind {
            FunctionKind::Freestanding | FunctionKind::Method(_) | FunctionKind::Constructor(_) => "func",
            FunctionKind::Static(_) => "static func",
            _ => "async func",
        };
        let params: Vec<_> = function
            .params
            .iter()
            .map(|it| format!("{}: {}", it.name, self.named(&it.ty)))
            .collect();
        let result = function
            .result
            .map(|it| format!(" -> {}", self.named(&it)))
            .unwrap_or_default();
        format!("{kind}({}){result}", params.join(", "))
    }

    /// A type where it is used.
    fn named(&self, it: &Type) -> String {
        let Type::Id(id) = it else {
            return format!("{it:?}").to_lowercase();
        };
        let definition = &self.resolve.types[*id];
        match (&definition.kind, &definition.name, definition.owner) {
            // An alias through `use`: the type itself counts.
            (TypeDefKind::Type(origin @ Type::Id(_)), _, _) => self.named(origin),
            (_, Some(name), TypeOwner::Interface(interface)) => {
                format!(
                    "{}.{name}",
                    self.resolve.interfaces[interface].name.clone().unwrap_or_default()
                )
            }
            (_, Some(name), _) => name.clone(),
            (_, None, _) => self.definition(*id),
        }
    }

    fn optional(&self, it: Option<&Type>) -> String {
        it.map_or_else(|| "_".to_owned(), |it| self.named(it))
    }

    /// A type where it is defined.
    fn definition(&self, id: TypeId) -> String {
        let join = |parts: Vec<String>| parts.join(", ");
        match &self.resolve.types[id].kind {
            TypeDefKind::Record(it) => {
                let fields = it
                    .fields
                    .iter()
                    .map(|it| format!("{}: {}", it.name, self.named(&it.ty)))
                    .collect();
                format!("record {{ {} }}", join(fields))
            }
            TypeDefKind::Variant(it) => {
                let cases = it.cases.iter().map(|it| match &it.ty {
                    Some(of) => format!("{}({})", it.name, self.named(of)),
                    None => it.name.clone(),
                });
                format!("variant {{ {} }}", join(cases.collect()))
            }
            TypeDefKind::Enum(it) => {
                format!(
                    "enum {{ {} }}",
                    join(it.cases.iter().map(|it| it.name.clone()).collect())
                )
            }
            TypeDefKind::Flags(it) => {
                format!(
                    "flags {{ {} }}",
                    join(it.flags.iter().map(|it| it.name.clone()).collect())
                )
            }
            TypeDefKind::Tuple(it) => {
                format!("tuple<{}>", join(it.types.iter().map(|it| self.named(it)).collect()))
            }
            TypeDefKind::Option(it) => format!("option<{}>", self.named(it)),
            TypeDefKind::List(it) => format!("list<{}>", self.named(it)),
            TypeDefKind::Result(it) => {
                format!(
                    "result<{}, {}>",
                    self.optional(it.ok.as_ref()),
                    self.optional(it.err.as_ref())
                )
            }
            TypeDefKind::Handle(Handle::Own(it)) => self.named(&Type::Id(*it)),
            TypeDefKind::Handle(Handle::Borrow(it)) => format!("borrow<{}>", self.named(&Type::Id(*it))),
            TypeDefKind::Resource => "resource".to_owned(),
            TypeDefKind::Type(it) => format!("type {}", self.named(it)),
            // Not in use; its text still shows a change.
            other => format!("{other:?}"),
        }
    }
}
