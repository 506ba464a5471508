//! The reference of the WIT as Markdown, from its comments.

use std::fmt::Write as _;

use wit_parser::{Docs, Function, FunctionKind, Interface, Resolve, Type, TypeDef, TypeDefKind, TypeId, WorldKey};

/// What stands at the top.
const HEAD: &str = "\
# Reference of the contract

<!-- Generated from the comments of wit/ by `cargo xtask generate`; a test compares. -->

";

/// All worlds and interfaces of a package that was read into `resolve`.
///
/// # Panics
/// It has no such package.
#[must_use]
pub fn markdown(resolve: &Resolve, package: wit_parser::PackageId) -> String {
    let package = &resolve.packages[package];
    let mut text = HEAD.to_owned();
    let _ = writeln!(text, "`{}`\n", package.name);
    paragraph(&mut text, &package.docs);
    for (name, id) in &package.worlds {
        let world = &resolve.worlds[*id];
        let _ = writeln!(text, "## World `{name}`\n");
        paragraph(&mut text, &world.docs);
        for (what, items) in [("Imports", &world.imports), ("Exports", &world.exports)] {
            let names: Vec<_> = items.keys().filter_map(|key| interface_name(resolve, key)).collect();
            if !names.is_empty() {
                let _ = writeln!(text, "{what}: {}.\n", names.join(", "));
            }
        }
    }
    for (name, id) in &package.interfaces {
        let _ = writeln!(text, "## Interface `{name}`\n");
        interface(&mut text, resolve, &resolve.interfaces[*id]);
    }
    let trimmed = text.trim_end().len();
    text.truncate(trimmed);
    text.push('\n');
    text
}

fn interface_name(resolve: &Resolve, key: &WorldKey) -> Option<String> {
    match key {
        WorldKey::Name(name) => Some(format!("`{name}`")),
        WorldKey::Interface(id) => resolve.interfaces[*id]
            .name
            .as_ref()
            .map(|it| format!("[`{it}`](#interface-{it})")),
    }
}

fn paragraph(text: &mut String, docs: &Docs) {
    if let Some(contents) = &docs.contents {
        let _ = writeln!(text, "{}\n", contents.trim());
    }
}

/// A comment behind a dash, its further lines indented to stay in the list.
fn remark(docs: &Docs) -> String {
    docs.contents
        .as_ref()
        .map(|it| format!(": {}", it.trim().replace('\n', "\n  ")))
        .unwrap_or_default()
}

fn interface(text: &mut String, resolve: &Resolve, it: &Interface) {
    paragraph(text, &it.docs);
    for function in it.functions.values().filter(|it| resource_of(it).is_none()) {
        let _ = writeln!(text, "### `{}`\n", function.name);
        let _ = writeln!(
            text,
            "```wit\n{}: {}\n```\n",
            function.name,
            signature(resolve, function)
        );
        paragraph(text, &function.docs);
    }
    for (name, id) in &it.types {
        defined(text, resolve, it, name, *id, &resolve.types[*id]);
    }
}

fn defined(text: &mut String, resolve: &Resolve, it: &Interface, name: &str, id: TypeId, defined: &TypeDef) {
    // Names that were brought in by `use` are told where they are defined.
    let kind = match &defined.kind {
        TypeDefKind::Type(_) => return,
        kind => kind.as_str(),
    };
    let _ = writeln!(text, "### {kind} `{name}`\n");
    paragraph(text, &defined.docs);
    match &defined.kind {
        TypeDefKind::Record(record) => {
            for field in &record.fields {
                let told = remark(&field.docs);
                let _ = writeln!(text, "- `{}: {}`{told}", field.name, shown(resolve, &field.ty));
            }
        }
        TypeDefKind::Variant(variant) => {
            for case in &variant.cases {
                let of = case.ty.as_ref().map(|it| format!("({})", shown(resolve, it)));
                let _ = writeln!(
                    text,
                    "- `{}{}`{}",
                    case.name,
                    of.unwrap_or_default(),
                    remark(&case.docs)
                );
            }
        }
        TypeDefKind::Enum(all) => {
            for case in &all.cases {
                let _ = writeln!(text, "- `{}`{}", case.name, remark(&case.docs));
            }
        }
        TypeDefKind::Resource => {
            for method in it.functions.values().filter(|it| resource_of(it) == Some(id)) {
                let name = method.name.rsplit('.').next().unwrap_or_default();
                let _ = writeln!(
                    text,
                    "- `{name}: {}`{}",
                    signature(resolve, method),
                    remark(&method.docs)
                );
            }
        }
        other => panic!("{name} is a {}: say how it is shown", other.as_str()),
    }
    text.push('\n');
}

fn resource_of(function: &Function) -> Option<TypeId> {
    match function.kind {
        FunctionKind::Method(id) => Some(id),
        _ => None,
    }
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    // The first parameter of a method is the resource itself.
    let own = usize::from(resource_of(function).is_some());
    let params = function.params.iter().skip(own);
    let params: Vec<_> = params
        .map(|it| format!("{}: {}", it.name, shown(resolve, &it.ty)))
        .collect();
    let result = function.result.as_ref().map(|it| format!(" -> {}", shown(resolve, it)));
    format!("func({}){}", params.join(", "), result.unwrap_or_default())
}

fn shown(resolve: &Resolve, ty: &Type) -> String {
    let Type::Id(id) = ty else {
        return format!("{ty:?}").to_lowercase();
    };
    let defined = &resolve.types[*id];
    if let Some(name) = &defined.name {
        return name.clone();
    }
    match &defined.kind {
        TypeDefKind::Option(of) => format!("option<{}>", shown(resolve, of)),
        TypeDefKind::List(of) => format!("list<{}>", shown(resolve, of)),
        TypeDefKind::Result(it) => {
            let part = |it: &Option<Type>| it.as_ref().map_or_else(|| "_".to_owned(), |it| shown(resolve, it));
            format!("result<{}, {}>", part(&it.ok), part(&it.err))
        }
        TypeDefKind::Tuple(it) => {
            let all: Vec<_> = it.types.iter().map(|it| shown(resolve, it)).collect();
            format!("tuple<{}>", all.join(", "))
        }
        TypeDefKind::Handle(wit_parser::Handle::Own(id)) => resolve.types[*id].name.clone().unwrap_or_default(),
        other => panic!("a {}: say how it is shown", other.as_str()),
    }
}
