//! Words that mean the same.

/// Words of the field that mean the same to those who ask, and the one they are compared as:
/// short forms, joined words, and what people call a row, a column or the way of a curve.
/// Sorted by the first word.
pub(super) const SAME: &[(&str, &str)] = &[
    ("acc", "accuracy"),
    ("auroc", "roc auc"),
    ("batchnorm", "batch norm"),
    ("bf16", "bfloat16"),
    ("bs", "batch size"),
    ("ckpt", "checkpoint"),
    ("climb", "rise"),
    ("climbed", "rise"),
    ("climbing", "rise"),
    ("climbs", "rise"),
    ("column", "feature"),
    ("columns", "feature"),
    ("configuration", "config"),
    ("crossvalidation", "cross validation"),
    ("cv", "cross validation"),
    ("dataloader", "data loader"),
    ("datasets", "dataset"),
    ("decline", "fall"),
    ("declines", "fall"),
    ("declining", "fall"),
    ("decrease", "fall"),
    ("decreased", "fall"),
    ("decreases", "fall"),
    ("decreasing", "fall"),
    ("dropping", "fall"),
    ("drops", "fall"),
    ("earlystopping", "early stopping"),
    ("eval", "validation"),
    ("examples", "row"),
    ("falling", "fall"),
    ("falls", "fall"),
    ("fell", "fall"),
    ("finetune", "fine tune"),
    ("finetuned", "fine tune"),
    ("finetuning", "fine tune"),
    ("fp16", "float16"),
    ("grad", "gradient"),
    ("grads", "gradient"),
    ("hyperparameter", "hyper parameter"),
    ("hyperparameters", "hyper parameter"),
    ("increase", "rise"),
    ("increased", "rise"),
    ("increases", "rise"),
    ("increasing", "rise"),
    ("init", "initialization"),
    ("layernorm", "layer norm"),
    ("lr", "learning rate"),
    ("minibatch", "mini batch"),
    ("minibatches", "mini batch"),
    ("multicollinear", "collinear"),
    ("multicollinearity", "collinear"),
    ("nans", "nan"),
    ("net", "network"),
    ("nets", "network"),
    ("neuron", "unit"),
    ("neurons", "unit"),
    ("nn", "network"),
    ("noisy", "noise"),
    ("null", "missing"),
    ("nulls", "missing"),
    ("onehot", "one hot"),
    ("params", "parameter"),
    ("prod", "production"),
    ("record", "row"),
    ("records", "row"),
    ("risen", "rise"),
    ("rises", "rise"),
    ("rising", "rise"),
    ("rose", "rise"),
    ("rows", "row"),
    ("sample", "row"),
    ("samples", "row"),
    ("sawtooth", "saw tooth"),
    ("timeseries", "time series"),
    ("val", "validation"),
    ("warmup", "warm up"),
];

/// Words that some write in two, by the first part and the beginning of the second: `over
/// fitting` is `overfitting`, `data sets` are `datasets`.
const JOINED: &[(&str, &str)] = &[
    ("back", "prop"),
    ("check", "point"),
    ("data", "frame"),
    ("data", "set"),
    ("out", "lier"),
    ("over", "confiden"),
    ("over", "fit"),
    ("over", "sampl"),
    ("under", "fit"),
    ("under", "sampl"),
];

/// Whether two neighbouring words are one.
pub(super) fn are_one(first: &str, second: &str) -> bool {
    JOINED
        .iter()
        .any(|(start, rest)| first == *start && second.starts_with(rest))
}

/// What a word is compared as, where that is another.
pub(super) fn same(word: &str) -> Option<&'static str> {
    let found = SAME.binary_search_by(|(short, _)| (*short).cmp(word)).ok()?;
    SAME.get(found).map(|(_, long)| *long)
}
