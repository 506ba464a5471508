//! How the weights are moved, and when that ends.

use crate::training::params::{Param, Params, boolean};
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
    #[must_use]
    pub fn weight_decay(&self) -> Option<Param<f64>> {
        self.number(&[
            "weight_decay",
            "wd",
            "l2",
            "l2_reg",
            "l2_regularization",
            "l2_penalty",
            "alpha",
            "reg_lambda",
            "weight_decay_rate",
        ])
        .filter(|it| it.value >= 0.0)
    }

    /// Whether training stops when validation ceases to improve.
    #[must_use]
    pub fn early_stopping(&self) -> Option<Param<bool>> {
        let stated = self.find(
            &[
                "early_stopping",
                "early_stop",
                "use_early_stopping",
                "earlystopping",
                "early_stopping_enabled",
            ],
            boolean,
        );
        stated.or_else(|| {
            self.number(&[
                "early_stopping_patience",
                "early_stopping_rounds",
                "patience",
                "early_stop_patience",
                "n_iter_no_change",
            ])
            .filter(|it| it.name.to_lowercase().contains("stop"))
            .map(|it| Param {
                value: it.value > 0.0,
                name: it.name,
                raw: it.raw,
                source: it.source,
            })
        })
    }

    /// Epochs without improvement before training stops.
    #[must_use]
    pub fn patience(&self) -> Option<Param<f64>> {
        self.number(&[
            "early_stopping_patience",
            "patience",
            "early_stop_patience",
            "early_stopping_rounds",
            "n_iter_no_change",
        ])
        .filter(|it| it.value >= 0.0)
    }

    /// Whether the weights of the best epoch are the ones kept.
    #[must_use]
    pub fn restores_best(&self) -> Option<Param<bool>> {
        self.find(
            &[
                "restore_best_weights",
                "load_best_model_at_end",
                "restore_best",
                "save_best_only",
                "use_best_model",
                "keep_best",
            ],
            boolean,
        )
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
