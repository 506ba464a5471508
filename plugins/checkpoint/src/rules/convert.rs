//! How to get the weights of a pickle into a format that runs no code: the command for the file at hand.
//!
//! `save_file` of safetensors takes one flat dictionary of tensors, each contiguous and none sharing memory with
//! another: hence the member that holds the weights, `clone` and `contiguous`. A command is one line of its own,
//! and stays one for Python where a terminal breaks it: all but its start is within brackets.
//! Source: <https://huggingface.co/docs/safetensors/torch_shared_tensors>,
//! <https://docs.pytorch.org/docs/stable/generated/torch.load.html>, <https://skops.readthedocs.io/en/stable/persistence.html>.

use deepfix_views::checkpoint::{Built, File, Format, Pickled, Weights, weights_only_takes};

/// What has to be said about the conversion of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Convert {
    /// The case, as the texts name it.
    pub how: &'static str,
    /// What to type into Python; empty where that depends on what is not known.
    pub command: String,
    /// Imports that `weights_only=True` refuses.
    pub refused: Vec<String>,
}

/// Packages of learners that skops knows.
const LEARNERS: [&str; 4] = ["sklearn.", "xgboost.", "lightgbm.", "catboost."];

/// A text as a literal of Python: a name must not end it, nor the line.
fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for it in text.chars() {
        match it {
            '"' | '\\' => literal.extend(['\\', it]),
            it if it.is_control() => literal.push_str(&format!("\\u{:04x}", u32::from(it))),
            it => literal.push(it),
        }
    }
    literal.push('"');
    literal
}

pub(super) fn convert(file: &File, stem: &str) -> Convert {
    let plain = |how| Convert {
        how,
        command: String::new(),
        refused: Vec::new(),
    };
    let Some(pickled) = &file.pickled else {
        return plain("unknown");
    };
    if file.parts > 1 {
        return plain("parts");
    }
    if matches!(pickled.format, Format::Npy | Format::Npz) {
        return plain("arrays");
    }
    let (from, to) = (literal(&file.name), literal(&format!("{stem}.safetensors")));
    let Some(built) = &pickled.built else {
        let is_learner = |it: &String| LEARNERS.iter().any(|package| it.starts_with(package));
        let has_torch = pickled.globals.iter().any(|it| it.starts_with("torch."));
        if !has_torch && pickled.format == Format::Pickle && pickled.globals.iter().any(is_learner) {
            let to = literal(&format!("{stem}.skops"));
            return Convert {
                command: format!("import joblib, skops.io; skops.io.dump(joblib.load({from}), {to})"),
                ..plain("learner")
            };
        }
        return plain("unknown");
    };
    of_torch(pickled, built, &from, &to)
}

fn of_torch(pickled: &Pickled, built: &Built, from: &str, to: &str) -> Convert {
    let member = built
        .key
        .as_ref()
        .map(|it| format!("[{}]", literal(it)))
        .unwrap_or_default();
    let load = |only: &str| format!("torch.load({from}, map_location=\"cpu\", weights_only={only}){member}");
    let refused: Vec<String> = pickled
        .globals
        .iter()
        .filter(|it| !weights_only_takes(it))
        .cloned()
        .collect();
    let (how, state) = match built.weights {
        Weights::Script => (
            "script",
            format!("torch.jit.load({from}, map_location=\"cpu\").state_dict()"),
        ),
        Weights::Module => ("module", format!("{}.state_dict()", load("False"))),
        Weights::State | Weights::Mixed if !refused.is_empty() => ("refused", load("False")),
        Weights::State | Weights::Mixed if built.key.is_some() => ("nested", load("True")),
        Weights::State | Weights::Mixed => ("state", load("True")),
    };
    let tensors = match built.weights {
        Weights::Mixed => " if torch.is_tensor(v)",
        _ => "",
    };
    let command = format!(
        "import torch, safetensors.torch as st; \
         st.save_file({{k: v.clone().contiguous() for k, v in {state}.items(){tensors}}}, {to})"
    );
    Convert { how, command, refused }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pickled(globals: &[&str]) -> Pickled {
        Pickled {
            format: Format::TorchZip,
            globals: globals.iter().map(|it| (*it).to_owned()).collect(),
            called: Vec::new(),
            hidden: Vec::new(),
            incomplete: None,
            glanced: None,
            built: None,
        }
    }

    fn built(weights: Weights, key: Option<&str>) -> Built {
        Built {
            weights,
            key: key.map(str::to_owned),
        }
    }

    fn of(globals: &[&str], built: &Built) -> Convert {
        of_torch(&pickled(globals), built, "\"m.pt\"", "\"m.safetensors\"")
    }

    const USUAL: [&str; 4] = [
        "collections.OrderedDict",
        "torch._utils._rebuild_tensor_v2",
        "torch.FloatStorage",
        "torch.float32",
    ];

    #[test]
    fn tensors_are_taken_from_where_they_stand() {
        let it = of(&USUAL, &built(Weights::State, None));
        assert_eq!((it.how, it.refused.len()), ("state", 0));
        assert_eq!(
            it.command,
            "import torch, safetensors.torch as st; st.save_file({k: v.clone().contiguous() for k, v in \
             torch.load(\"m.pt\", map_location=\"cpu\", weights_only=True).items()}, \"m.safetensors\")"
        );
        let it = of(&USUAL, &built(Weights::Mixed, Some("model")));
        assert_eq!(it.how, "nested");
        assert!(
            it.command.contains("weights_only=True)[\"model\"].items()"),
            "{}",
            it.command
        );
        assert!(it.command.contains("if torch.is_tensor(v)}"), "{}", it.command);
    }

    #[test]
    fn what_weights_only_refuses_is_named_and_not_advised() {
        let all = [&USUAL[..], &["argparse.Namespace", "numpy.core.multiarray.scalar"]].concat();
        let it = of(&all, &built(Weights::State, Some("state_dict")));
        assert_eq!(it.how, "refused");
        assert_eq!(it.refused, ["argparse.Namespace", "numpy.core.multiarray.scalar"]);
        assert!(
            it.command.contains("weights_only=False)[\"state_dict\"].items()"),
            "{}",
            it.command
        );
    }

    #[test]
    fn a_name_cannot_end_its_literal() {
        assert_eq!(literal("a\"b\\c\nd.pt"), "\"a\\\"b\\\\c\\u000ad.pt\"");
    }
}
