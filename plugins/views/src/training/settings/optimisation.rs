//! How the weights are moved.

use crate::training::params::{Param, Params};
use serde_json::Value as Json;

impl Params {
    /// The (initial or peak) learning rate.
    #[must_use]
    pub fn learning_rate(&self) -> Option<Param<f64>> {
        self.number(&[
            "learning_rate",
            "lr",
            "base_lr",
            "initial_lr",
            "init_lr",
            "lr0",
            "learning_rate_init",
            "eta0",
            "eta",
            "max_lr",
            "optimizer_lr",
            "optimizer_learning_rate",
        ])
        .filter(|it| it.value > 0.0)
    }

    /// Rows per optimiser step on one device.
    #[must_use]
    pub fn batch_size(&self) -> Option<Param<f64>> {
        self.number(&[
            "batch_size",
            "train_batch_size",
            "per_device_train_batch_size",
            "per_gpu_train_batch_size",
            "batchsize",
            "bs",
            "minibatch_size",
            "mini_batch_size",
            "batch",
        ])
        .filter(|it| it.value >= 1.0)
    }

    /// Batches whose gradients are summed before a step.
    #[must_use]
    pub fn accumulation(&self) -> f64 {
        self.number(&[
            "gradient_accumulation_steps",
            "accumulate_grad_batches",
            "grad_accum",
            "accumulation_steps",
        ])
        .map_or(1.0, |it| it.value.max(1.0))
    }

    /// Epochs that were planned.
    #[must_use]
    pub fn epochs(&self) -> Option<Param<f64>> {
        self.number(&[
            "num_epochs",
            "epochs",
            "num_train_epochs",
            "max_epochs",
            "n_epochs",
            "nb_epochs",
            "total_epochs",
            "nepochs",
        ])
        .filter(|it| it.value >= 1.0)
    }

    /// The optimiser, in lower case.
    #[must_use]
    pub fn optimizer(&self) -> Option<Param<String>> {
        self.text(&[
            "optimizer",
            "optim",
            "optimiser",
            "optimizer_name",
            "optimizer_type",
            "solver",
            "opt",
        ])
    }

    /// Momentum of plain SGD.
    #[must_use]
    pub fn momentum(&self) -> Option<Param<f64>> {
        self.number(&["momentum", "sgd_momentum"])
    }

    /// The name of the learning-rate schedule, in lower case; `none` where the client says so
    /// in whatever way.
    #[must_use]
    pub fn scheduler(&self) -> Option<Param<String>> {
        let names = [
            "lr_scheduler",
            "lr_scheduler_type",
            "scheduler",
            "lr_schedule",
            "learning_rate_schedule",
            "scheduler_type",
            "scheduler_name",
            "lr_policy",
            "schedule",
            "decay_type",
            "lr_decay_type",
            "learning_rate_scheduler",
        ];
        self.find(&names, |json| match json {
            Json::String(text) => Some(text.trim().to_lowercase()),
            Json::Bool(false) => Some("none".to_owned()),
            _ => None,
        })
    }

    /// Steps (at least 1) or share of the run (below 1) over which the rate rises at first.
    #[must_use]
    pub fn warmup(&self) -> Option<Param<f64>> {
        self.number(&[
            "warmup_steps",
            "num_warmup_steps",
            "warmup_epochs",
            "warmup",
            "warmup_ratio",
            "warmup_iters",
        ])
    }

    /// The weight decay or L2 penalty.
    ///
    /// `alpha` is one for the linear models and networks of scikit-learn and `reg_lambda` for
    /// boosted trees; elsewhere they are as often the strength of a mix-up, the scale of a
    /// low-rank adapter, the exponent of a focal loss or a share of a loss. So they are read only
    /// where the model says that they are penalties, and not where a part of the parameters
    /// (`lora.alpha`, `mixup.alpha`) is theirs.
    #[must_use]
    pub fn weight_decay(&self) -> Option<Param<f64>> {
        let stated = self.number(&[
            "weight_decay",
            "wd",
            "l2",
            "l2_reg",
            "l2_regularization",
            "l2_penalty",
            "weight_decay_rate",
        ]);
        stated.or_else(|| self.penalty_of_model()).filter(|it| it.value >= 0.0)
    }

    /// The parameter that is the L2 penalty of the model that is named.
    fn penalty_of_model(&self) -> Option<Param<f64>> {
        /// Classes of scikit-learn whose `alpha` is an L2 penalty on the weights.
        const ALPHA: [&str; 8] = [
            "ridge",
            "lasso",
            "elastic",
            "mlpclassifier",
            "mlpregressor",
            "sgdclassifier",
            "sgdregressor",
            "perceptron",
        ];
        const LAMBDA: [&str; 6] = ["xgb", "lgbm", "lightgbm", "gbtree", "gblinear", "catboost"];
        let name: String = self.model()?.value.chars().filter(|it| it.is_alphanumeric()).collect();
        let is = |known: &[&str]| known.iter().any(|it| name.contains(it));
        let key = match (is(&ALPHA), is(&LAMBDA)) {
            (true, _) => "alpha",
            (_, true) => "reg_lambda",
            _ => return None,
        };
        // A whole path, or below what holds the parameters of the estimator.
        let own = |path: &str| {
            path == key
                || [
                    "model",
                    "estimator",
                    "params",
                    "hyperparameters",
                    "classifier",
                    "regressor",
                ]
                .iter()
                .any(|it| path == format!("{it}_{key}"))
        };
        self.number(&[key])
            .filter(|it| own(&it.name.to_lowercase().replace('.', "_")))
    }

    /// The norm (or value) that gradients are clipped to.
    #[must_use]
    pub fn clip(&self) -> Option<Param<f64>> {
        self.number(&[
            "gradient_clip",
            "max_grad_norm",
            "gradient_clip_val",
            "grad_clip",
            "clip_grad_norm",
            "clipnorm",
            "clipvalue",
            "clip_grad",
            "gradient_clipping",
            "clip_norm",
            "global_clipnorm",
        ])
        .filter(|it| it.value > 0.0)
    }

    /// The loss function, in lower case.
    #[must_use]
    pub fn loss(&self) -> Option<Param<String>> {
        self.text(&[
            "loss",
            "loss_function",
            "criterion",
            "loss_fn",
            "objective",
            "loss_name",
        ])
    }
}
