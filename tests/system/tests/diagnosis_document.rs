//! `docs/diagnosis.md` says what the reasoner's structure is; real responses are held against it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use deepfix_system_tests::{Home, Server, root, shared};
use serde_json::Value;

const EXAMPLES: [&str; 6] = [
    "damaged-checkpoint",
    "drifted-diabetes",
    "exploding-diabetes",
    "healthy-wine",
    "leaky-biopsy",
    "overfit-digits",
];

/// Members that the document calls optional.
const OPTIONAL: &str = "agent";

/// The keys of `additional_outputs` by the table of the document, each with the members that it
/// lists in braces; none for a key whose content is text.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("docs/diagnosis.md")).unwrap();
    let table = text.split("| key | content |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|it| it.starts_with('|'));
    rows.map(|row| {
        let mut cells = row.split('|').skip(1);
        let key = cells.next().unwrap().trim().trim_matches('`').to_owned();
        let content = cells.next().unwrap();
        let members = content.split_once('{').map_or(BTreeSet::new(), |(_, rest)| {
            let inner = rest.split('}').next().unwrap();
            inner.split(',').map(|it| it.trim().to_owned()).collect()
        });
        (key, members)
    })
    .collect()
}

fn examples() -> Vec<(String, Value)> {
    let home = Home::new();
    let run = |name: &str| {
        let ran = home.run(&["analyse", "--format", "json", &format!("examples/{name}")]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        (name.to_owned(), serde_json::from_str(&ran.out).unwrap())
    };
    EXAMPLES.into_iter().map(run).collect()
}

/// What real clients sent, where it is.
fn requests() -> Vec<(String, Value)> {
    let Some(folder) = shared("requests") else {
        return Vec::new();
    };
    let home = Home::new();
    let server = Server::start(&home);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .filter(|it| it.extension().is_some_and(|it| it == "json"))
        .map(|it| {
            (
                it.display().to_string(),
                server.post("/v1/analyse", fs::read(it).unwrap()).body,
            )
        })
        .collect()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name} is no list: {value}"))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    let text = value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is no text: {value}"));
    assert!(!text.is_empty(), "{name} is empty: {value}");
    text
}

fn ids(value: &Value) -> Vec<&str> {
    list(value, "findings").iter().map(|it| it.as_str().unwrap()).collect()
}

#[test]
fn every_documented_key_is_there_in_its_documented_shape() {
    let documented = documented();
    for key in [
        "summary",
        "root_causes",
        "actions",
        "ruled_out",
        "not_examined",
        "agents_failed",
    ] {
        assert!(documented.contains_key(key), "docs/diagnosis.md has no row for {key}");
    }
    for (name, response) in examples().into_iter().chain(requests()) {
        let outputs = &response["additional_outputs"];
        let own = &response["agent_results"]["CrossArtifactReasoningAgent"]["additional_outputs"];
        for (key, members) in &documented {
            let value = &own[key];
            assert!(!value.is_null(), "{name}: no {key}");
            if key != "summary" {
                assert_eq!(value, &outputs[key], "{name}: {key} stands in the response too");
            }
            if members.is_empty() {
                let is_text = |it: &Value| it.as_str().is_some_and(|it| !it.is_empty());
                assert!(
                    is_text(value) || value.as_array().is_some_and(|it| it.iter().all(is_text)),
                    "{name}: {key} is neither a text nor a list of texts: {value}"
                );
                continue;
            }
            for entry in value.as_array().unwrap_or_else(|| panic!("{name}: {key} is no list")) {
                let found: BTreeSet<String> = entry
                    .as_object()
                    .unwrap_or_else(|| panic!("{name}: {key} holds {entry}"))
                    .keys()
                    .filter(|it| *it != OPTIONAL || members.contains(OPTIONAL))
                    .cloned()
                    .collect();
                assert_eq!(&found, members, "{name}: {key}");
            }
        }
    }
}

#[test]
fn the_structure_refers_to_what_is_there() {
    for (name, response) in examples().into_iter().chain(requests()) {
        let mut known = BTreeMap::new();
        for (agent, result) in response["agent_results"].as_object().unwrap() {
            for it in list(result, "analysis") {
                if agent != "CrossArtifactReasoningAgent" {
                    known.insert(text(&it["findings"], "id"), text(&it["findings"], "code"));
                }
            }
        }
        let outputs = &response["additional_outputs"];
        let mut placed: BTreeMap<&str, usize> = BTreeMap::new();
        let mut roots = BTreeSet::new();
        for root in list(outputs, "root_causes") {
            let code = text(root, "code");
            roots.insert(code);
            text(root, "title");
            assert!(
                ["low", "medium", "high"].contains(&text(root, "severity")),
                "{name}: {root}"
            );
            assert!(
                (0.0..=1.0).contains(&root["confidence"].as_f64().unwrap()),
                "{name}: {root}"
            );
            let consequences = list(root, "consequences");
            let reachable: BTreeSet<&str> = consequences.iter().map(|it| text(it, "code")).chain([code]).collect();
            for it in consequences {
                assert!(reachable.contains(text(it, "through")), "{name}: {it}");
                text(it, "why");
            }
            for id in ids(root).into_iter().chain(consequences.iter().flat_map(ids)) {
                *placed.entry(id).or_default() += 1;
            }
        }
        for it in list(outputs, "ruled_out") {
            text(it, "title");
            text(it, "why");
            ids(it).into_iter().for_each(|id| *placed.entry(id).or_default() += 1);
        }
        for (id, places) in &placed {
            assert!(known.contains_key(id), "{name}: {id} is no finding");
            assert_eq!(*places, 1, "{name}: {id} stands in more than one place");
        }
        for (id, code) in &known {
            assert!(placed.contains_key(id), "{name}: {id} ({code}) stands nowhere");
        }
        for (rank, it) in (1..).zip(list(outputs, "actions")) {
            assert_eq!(it["rank"], rank, "{name}: {it}");
            assert!(roots.contains(text(it, "root_cause")), "{name}: {it}");
            assert!(
                ["low", "medium", "high"].contains(&text(it, "expected_effect")),
                "{name}: {it}"
            );
            assert!(
                ["minutes", "hours", "days"].contains(&text(it, "effort")),
                "{name}: {it}"
            );
            text(it, "action");
            text(it, "how_to_tell");
        }
        for it in list(outputs, "not_examined") {
            text(it, "why");
            let what = &it["what"];
            let names = what.as_array().map_or(std::slice::from_ref(what), Vec::as_slice);
            assert!(!names.is_empty() && names.iter().all(Value::is_string), "{name}: {it}");
            assert!(it["send"].is_string(), "{name}: {it}");
        }
    }
}
