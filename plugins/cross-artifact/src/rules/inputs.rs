//! `cross.input_dim_mismatch`: the model takes another number of inputs than the data has
//! features.
//!
//! One-hot encoding turns a category of k values into up to k + 1 inputs, imputation may add a
//! flag per column, and any column may be left out on purpose. So only a table of numbers
//! counts, and a remark is all that a different number is worth: a fault only where the outputs
//! do not fit either, which a wrong checkpoint explains.
//!
//! Sources: the shapes that PyTorch, Keras and scikit-learn give their first layer; one-hot coding
//! widens a category to its levels.
//!
//! Healthy: categories, flags for missing values (twice the number of features), one input more
//! for a constant.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{Kind, Modality};

use super::{Case, Conclusion};

pub(super) fn find(case: &Case<'_>, outputs_differ: bool) -> Option<Conclusion> {
    let checkpoint = case.experiment.checkpoint.as_ref()?;
    let data = case
        .experiment
        .dataset
        .as_ref()
        .filter(|it| it.modality == Modality::Tabular)?;
    // Without a label among the columns nobody knows whether one of them is the label.
    data.label.as_ref()?;
    let stated = checkpoint.config.input_dim();
    let file = checkpoint.input_size();
    let inputs = match (&stated, file) {
        (Some(stated), Some(file)) if stated.value != file => return None,
        (Some(stated), _) => stated.value,
        (None, Some(file)) => file,
        (None, None) => return None,
    };
    let features = data.features().count() as u64;
    let categories = data.features().any(|it| it.kind != Kind::Numeric);
    let fits = inputs == features || inputs == features + 1 || (features..=2 * features).contains(&inputs);
    if features == 0 || categories || fits {
        return None;
    }
    let severity = if outputs_differ {
        Severity::Medium
    } else {
        Severity::Low
    };
    let draft = Draft::new("cross.input_dim_mismatch", severity, 0.6)
        .arg("inputs", inputs)
        .arg("features", features)
        .computed("numeric features in the data", features);
    Some(Conclusion::new(match stated {
        Some(stated) => draft.fact("inputs in the configuration", inputs, stated.source()),
        None => draft.computed("inputs of the first layer", inputs),
    }))
}
