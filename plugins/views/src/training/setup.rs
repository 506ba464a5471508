//! How the model was trained: what kind it is, for which task, with which optimiser and schedule.

use super::{Param, Params, TrainingView};

/// How the model learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelKind {
    /// By gradient descent: networks and linear models.
    Gradient,
    /// By growing trees.
    Trees,
    /// Nothing tells.
    Unknown,
}

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Classes.
    Classification,
    /// Numbers.
    Regression,
    /// Nothing tells.
    Unknown,
}

/// What becomes of the learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// It stays the same.
    Constant,
    /// It falls, perhaps after a warm-up.
    Decaying,
    /// It falls and rises again, more than once.
    Restarting,
    /// Nothing tells.
    Unknown,
}

/// How steps are scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optimizer {
    /// Each weight moves by about the learning rate (Adam and its kin).
    Adaptive,
    /// Each weight moves by the learning rate times its gradient.
    Plain,
    /// Nothing tells.
    Unknown,
}

impl TrainingView {
    /// How the model is called, by its parameters or else its configuration; empty where neither tells.
    fn model_name(&self) -> String {
        let named = self.params.model().or_else(|| self.model_config.model());
        named.map(|it| it.value).unwrap_or_default()
    }

    /// How the model learns, by its name and by what its training needs.
    #[must_use]
    pub fn model_kind(&self) -> ModelKind {
        let name = self.model_name();
        let has = |words: &[&str]| words.iter().any(|it| name.contains(it));
        if has(&[
            "boost", "xgb", "lgbm", "lightgbm", "forest", "tree", "gbm", "gbdt", "gbtree", "dart",
        ]) {
            return ModelKind::Trees;
        }
        let network = [
            "mlp",
            "net",
            "former",
            "bert",
            "cnn",
            "rnn",
            "lstm",
            "gru",
            "vit",
            "gpt",
            "perceptron",
            "linear",
            "logistic",
            "sgd",
            "neural",
            "conv",
            "yolo",
            "llama",
            "t5",
        ];
        let trained = [
            "optimizer",
            "optim",
            "batch_size",
            "per_device_train_batch_size",
            "hidden_sizes",
            "hidden_layer_sizes",
            "dropout",
            "weight_decay",
        ];
        if has(&network) || self.gradient_norm.is_some() || !self.layers.is_empty() || self.params.mentions(&trained) {
            return ModelKind::Gradient;
        }
        let grown = [
            "n_estimators",
            "max_depth",
            "num_leaves",
            "max_leaf_nodes",
            "min_child_weight",
            "num_boost_round",
            "min_samples_leaf",
        ];
        if self.params.mentions(&grown) {
            ModelKind::Trees
        } else {
            ModelKind::Unknown
        }
    }

    /// Whether the model answers from the training rows that it keeps, or is made to pass through them, so
    /// that it answers these nearly without an error by design: nearest neighbours, Gaussian processes and
    /// kernel machines (`sklearn.neighbors`, `sklearn.gaussian_process`, `sklearn.svm`).
    #[must_use]
    pub fn interpolates(&self) -> bool {
        const NAMED: [&str; 9] = [
            "neighbor",
            "neighbour",
            "knn",
            "gaussianprocess",
            "gaussian_process",
            "supportvector",
            "support_vector",
            "kernelridge",
            "kernel_ridge",
        ];
        // Alone or with what is predicted; `gpt` is no `gp`.
        const EXACT: [&str; 7] = ["gp", "gpr", "gpc", "svm", "svr", "svc", "nusvr"];
        const NETWORK: [&str; 5] = ["batch_size", "epochs", "hidden_sizes", "hidden_layer_sizes", "dropout"];
        let name = self.model_name();
        let words = || name.split(|it: char| !it.is_ascii_alphanumeric());
        if NAMED.iter().any(|it| name.contains(it)) || words().any(|it| EXACT.contains(&it)) {
            return true;
        }
        if !self.layers.is_empty() || self.gradient_norm.is_some() || self.params.mentions(&NETWORK) {
            return false;
        }
        let kernel = self
            .params
            .text(&["kernel"])
            .is_some_and(|it| ["rbf", "poly", "sigmoid", "precomputed"].contains(&it.value.as_str()));
        kernel || self.params.mentions(&["n_neighbors", "n_restarts_optimizer"])
    }

    /// What is predicted, by metrics, loss and model name.
    #[must_use]
    pub fn task(&self) -> Task {
        let loss = self.params.loss().map(|it| it.value).unwrap_or_default();
        let name = self.model_name();
        if self.metrics.iter().any(|it| it.metric.is_classification())
            || [
                "cross_entropy",
                "crossentropy",
                "ce",
                "bce",
                "log_loss",
                "logloss",
                "nll",
                "hinge",
                "softmax",
                "logistic",
                "focal",
            ]
            .iter()
            .any(|it| loss == *it || (it.len() > 3 && loss.contains(it)))
            || name.contains("classif")
            // A regression by its name alone.
            || name.contains("logisticreg")
            || name.contains("logistic_reg")
        {
            return Task::Classification;
        }
        if self.metrics.iter().any(|it| it.metric.is_regression())
            || [
                "mse", "mae", "huber", "l1", "l2", "squared", "rmse", "quantile", "poisson",
            ]
            .iter()
            .any(|it| loss.contains(it))
            || name.contains("regress")
        {
            return Task::Regression;
        }
        Task::Unknown
    }

    /// What becomes of the learning rate: by its column where it was logged, else by name.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        if let Some(found) = self.logged_schedule() {
            return found;
        }
        match self.params.scheduler().map(|it| it.value) {
            Some(name)
                if matches!(
                    name.as_str(),
                    "" | "none" | "constant" | "const" | "fixed" | "no" | "off" | "null"
                ) =>
            {
                Schedule::Constant
            }
            Some(name) if name.contains("restart") || name.contains("cycl") => Schedule::Restarting,
            // It warms up and stays; without the column nobody can tell for how long.
            Some(name) if name.starts_with("constant") => Schedule::Constant,
            Some(_) => Schedule::Decaying,
            None => Schedule::Unknown,
        }
    }

    fn logged_schedule(&self) -> Option<Schedule> {
        /// Ignores rounding.
        const SAME: f64 = 1e-6;
        let values: Vec<f64> = self
            .learning_rate
            .as_ref()?
            .finite()
            .map(|(_, it)| it)
            .filter(|it| *it >= 0.0)
            .collect();
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, 0.0f64), |(a, b), it| (a.min(*it), b.max(*it)));
        if values.len() < 2 || high <= 0.0 {
            return None;
        }
        if high - low <= SAME * high {
            return Some(Schedule::Constant);
        }
        let (mut trough, mut rises, mut falling) = (f64::INFINITY, 0, false);
        let mut before = values.first().copied()?;
        for value in values.iter().copied() {
            if value < before * (1.0 - SAME) {
                falling = true;
                trough = value;
            } else if falling && value > trough.max(high * 1e-9) * 1.5 {
                rises += 1;
                falling = false;
            }
            before = value;
        }
        if rises >= 1 {
            return Some(Schedule::Restarting);
        }
        // A warm-up alone ends at its peak.
        let last = values.last().copied()?;
        Some(if last < high * 0.98 {
            Schedule::Decaying
        } else {
            Schedule::Constant
        })
    }

    /// How the optimiser scales its steps.
    #[must_use]
    pub fn optimizer_kind(&self) -> Optimizer {
        let optimizer = self.params.optimizer().or_else(|| self.model_config.optimizer());
        match optimizer.map(|it| it.value).unwrap_or_default().as_str() {
            "" => Optimizer::Unknown,
            name if ["adam", "rms", "ada", "lion", "lamb", "nadam", "novograd", "sophia"]
                .iter()
                .any(|it| name.contains(it)) =>
            {
                Optimizer::Adaptive
            }
            name if ["sgd", "momentum", "nesterov", "gd"].iter().any(|it| name.contains(it)) => Optimizer::Plain,
            _ => Optimizer::Unknown,
        }
    }

    /// The learning rate as configured, else the highest that was logged.
    #[must_use]
    pub fn peak_learning_rate(&self) -> Option<f64> {
        let configured = self
            .params
            .learning_rate()
            .or_else(|| self.model_config.learning_rate())
            .map(|it| it.value);
        configured.or_else(|| {
            self.learning_rate
                .as_ref()?
                .highest()
                .map(|(_, it)| it)
                .filter(|it| *it > 0.0)
        })
    }

    /// Whether training began from weights that were already trained, as the parameters or the model's own
    /// configuration say.
    #[must_use]
    pub fn pretrained(&self) -> bool {
        self.params.pretrained() || self.model_config.pretrained()
    }

    /// A parameter of the architecture, from the training parameters or the model's own
    /// configuration.
    #[must_use]
    pub fn architecture<T>(&self, read: impl Fn(&Params) -> Option<Param<T>>) -> Option<Param<T>> {
        read(&self.params).or_else(|| read(&self.model_config))
    }
}
