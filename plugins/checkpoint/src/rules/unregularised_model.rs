//! Estimators whose parameters let them store the training rows.
//!
//! Formula: a single decision tree without a bound on depth, leaves, leaf size, split size or
//! impurity, and without cost-complexity pruning, splits until every leaf is pure; a
//! nearest-neighbour model with one neighbour answers with the row itself; boosting with at
//! least a thousand rounds at a learning rate of 0.1 or more and nothing that stops it.
//! Source: <https://scikit-learn.org/stable/modules/tree.html#tips-on-practical-use>,
//! Hastie, Tibshirani and Friedman 2009, sections 9.2.2 and 13.3.
//! Always low: it shows what the model can do, not what it did. Not flagged: forests, whose
//! trees are meant to be deep; anything that bounds the tree; parameters that were not sent.

use deepfix_plugin::{ArtifactKind, Draft, Severity, Source};
use serde_json::Value as Json;

use crate::case::Case;

const CODE: &str = "checkpoint.unregularised_model";

pub(crate) fn check(case: &Case) -> Option<Draft> {
    let model = case.view.model_type.as_deref()?;
    let draft = if matches!(
        model,
        "DecisionTreeClassifier" | "DecisionTreeRegressor" | "ExtraTreeClassifier" | "ExtraTreeRegressor"
    ) {
        tree(case)?
    } else if matches!(model, "KNeighborsClassifier" | "KNeighborsRegressor") {
        neighbours(case)?
    } else {
        boosting(case, model)?
    };
    Some(draft.arg("model", model))
}

fn source(key: &str) -> Source {
    Source::document(ArtifactKind::ModelCheckpoint, ["hyperparameters", key])
}

fn number(case: &Case, key: &str) -> Option<f64> {
    case.view.hyperparameters.get(key)?.as_f64()
}

/// A fact with the number as it stands there.
fn fact(draft: Draft, case: &Case, key: &str) -> Draft {
    match case.view.hyperparameters.get(key) {
        Some(Json::Number(it)) => match it.as_i64() {
            Some(whole) => draft.fact(key, whole, source(key)),
            None => draft.fact(key, it.as_f64().unwrap_or(f64::NAN), source(key)),
        },
        _ => draft,
    }
}

fn tree(case: &Case) -> Option<Draft> {
    let parameters = case.view.hyperparameters.as_object()?;
    let unbounded = |key: &str| parameters.get(key).is_none_or(Json::is_null);
    let at_most = |key: &str, bound: f64| match parameters.get(key) {
        None => true,
        Some(value) => value.as_f64().is_some_and(|it| it <= bound),
    };
    // A depth that was never sent is not a depth that is unbounded.
    let free = parameters.get("max_depth").is_some_and(Json::is_null)
        && unbounded("max_leaf_nodes")
        && at_most("min_samples_leaf", 1.0)
        && at_most("min_samples_split", 2.0)
        && at_most("ccp_alpha", 0.0)
        && at_most("min_impurity_decrease", 0.0)
        && at_most("min_weight_fraction_leaf", 0.0);
    free.then(|| {
        let mut draft = Draft::new(CODE, Severity::Low, 0.7).variant("tree");
        for key in ["min_samples_leaf", "min_samples_split", "ccp_alpha"] {
            draft = fact(draft, case, key);
        }
        draft
    })
}

fn neighbours(case: &Case) -> Option<Draft> {
    (number(case, "n_neighbors")? == 1.0).then(|| {
        fact(
            Draft::new(CODE, Severity::Low, 0.7).variant("neighbours"),
            case,
            "n_neighbors",
        )
    })
}

fn boosting(case: &Case, model: &str) -> Option<Draft> {
    let boosts = ["GradientBoosting", "XGB", "LGBM", "CatBoost"]
        .iter()
        .any(|it| model.contains(it));
    let rounds_key = ["n_estimators", "max_iter", "iterations"]
        .into_iter()
        .find(|it| number(case, it).is_some())
        .filter(|_| boosts)?;
    let rounds = number(case, rounds_key)?;
    let rate = number(case, "learning_rate")?;
    let stops = |key: &str| {
        case.view
            .hyperparameters
            .get(key)
            .is_some_and(|it| !it.is_null() && *it != Json::Bool(false) && it.as_i64() != Some(0))
    };
    let stopping = [
        "n_iter_no_change",
        "early_stopping_rounds",
        "early_stopping_round",
        "od_wait",
        "od_type",
    ]
    .iter()
    .any(|it| stops(it))
        || case
            .view
            .hyperparameters
            .get("early_stopping")
            .is_some_and(|it| *it != Json::Bool(false));
    (rounds >= 1000.0 && rate >= 0.1 && !stopping).then(|| {
        let draft = Draft::new(CODE, Severity::Low, 0.6)
            .variant("boosting")
            .arg("rounds", rounds)
            .arg("rate", rate)
            .arg("key", rounds_key);
        fact(fact(draft, case, rounds_key), case, "learning_rate")
    })
}
