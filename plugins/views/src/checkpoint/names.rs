//! Tensor names: which module a tensor belongs to, and what it is there.

use std::cmp::Ordering;

/// What a tensor is to its module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Weight,
    Bias,
    /// `gamma` or `scale` of a normalisation.
    Scale,
    /// Statistics that a batch normalisation collects.
    Running,
    Other,
}

/// Splits a name into its module and its role: `layers.0.weight` gives `layers.0`.
/// Understands PyTorch, Keras (`dense/kernel:0`), flax (`Dense_0.kernel`), scikit-learn
/// (`coefs_.0`, `intercepts_.0`) and short hand-written names (`W1`, `b1`, `fc1_w`).
pub(crate) fn split(name: &str) -> (String, Role) {
    let name = name.strip_suffix(":0").unwrap_or(name);
    let (module, last) = match name.rfind(['.', '/']) {
        Some(at) => (
            name.get(..at).unwrap_or_default(),
            name.get(at + 1..).unwrap_or_default(),
        ),
        None => ("", name),
    };
    let lower = last.to_ascii_lowercase();
    if let Some(role) = exact(&lower) {
        return (module.to_owned(), role);
    }
    if !lower.is_empty() && lower.bytes().all(|it| it.is_ascii_digit()) {
        // `coefs_.0`: the list is the role, the index the module.
        let (before, list) = module.rsplit_once(['.', '/']).unwrap_or(("", module));
        let role = match list.to_ascii_lowercase().trim_end_matches('_') {
            "coefs" | "weights" | "kernels" | "w" => Role::Weight,
            "intercepts" | "biases" | "b" => Role::Bias,
            _ => return (module.to_owned(), Role::Other),
        };
        return (join(before, last), role);
    }
    if lower.starts_with("weight_ih") || lower.starts_with("weight_hh") {
        return (name.replace("weight_", ""), Role::Weight);
    }
    if lower.starts_with("bias_ih") || lower.starts_with("bias_hh") {
        return (name.replace("bias_", ""), Role::Bias);
    }
    for (suffix, role) in [
        ("_weight", Role::Weight),
        ("_kernel", Role::Weight),
        ("_w", Role::Weight),
        ("_bias", Role::Bias),
        ("_b", Role::Bias),
    ] {
        if let Some(stem) = lower.strip_suffix(suffix)
            && !stem.is_empty()
        {
            return (join(module, last.get(..stem.len()).unwrap_or_default()), role);
        }
    }
    let digits = lower.trim_start_matches(|c: char| !c.is_ascii_digit());
    if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()) {
        let stem = lower.strip_suffix(digits).unwrap_or_default().trim_end_matches('_');
        let role = match stem {
            "w" | "weight" | "weights" | "kernel" => Role::Weight,
            "b" | "bias" | "biases" => Role::Bias,
            _ => return (module.to_owned(), Role::Other),
        };
        return (join(module, digits), role);
    }
    (name.to_owned(), Role::Other)
}

fn exact(last: &str) -> Option<Role> {
    Some(match last {
        "weight" | "weights" | "kernel" | "w" | "coef" | "coef_" | "embeddings" | "embedding" => Role::Weight,
        "bias" | "biases" | "b" | "beta" | "intercept" | "intercept_" => Role::Bias,
        "gamma" | "scale" => Role::Scale,
        "running_mean" | "running_var" | "num_batches_tracked" | "moving_mean" | "moving_variance" => Role::Running,
        _ => return None,
    })
}

fn join(before: &str, last: &str) -> String {
    if before.is_empty() {
        last.to_owned()
    } else {
        format!("{before}.{last}")
    }
}

/// Compares names so that `layers.2` comes before `layers.10`.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (x, y) = match (a.chars().next(), b.chars().next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (left, rest_a) = digits(a);
            let (right, rest_b) = digits(b);
            (a, b) = (rest_a, rest_b);
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        } else {
            (a, b) = (
                a.get(x.len_utf8()..).unwrap_or_default(),
                b.get(y.len_utf8()..).unwrap_or_default(),
            );
            x.cmp(&y)
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The leading digits without their zeros, and the rest.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.trim_start_matches('0'), rest)
}

/// The parts of a module's name.
pub(crate) fn parts(module: &str) -> impl DoubleEndedIterator<Item = &str> {
    module.split(['.', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_biases_of_every_framework_find_their_module() {
        for (name, module, role) in [
            ("layers.0.weight", "layers.0", Role::Weight),
            ("dense_1/kernel:0", "dense_1", Role::Weight),
            ("params.Dense_0.bias", "params.Dense_0", Role::Bias),
            ("coefs_.2", "2", Role::Weight),
            ("intercepts_.2", "2", Role::Bias),
            ("W1", "1", Role::Weight),
            ("b1", "1", Role::Bias),
            ("fc1_w", "fc1", Role::Weight),
            ("lstm.weight_ih_l0", "lstm.ih_l0", Role::Weight),
            ("bn1.running_mean", "bn1", Role::Running),
            ("", "", Role::Other),
        ] {
            assert_eq!(split(name), (module.to_owned(), role), "{name}");
        }
    }

    #[test]
    fn names_sort_by_their_numbers() {
        let mut names = ["layers.10.w", "layers.2.w", "dense_1", "dense", "layers.02.x"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["dense", "dense_1", "layers.2.w", "layers.02.x", "layers.10.w"]);
    }
}
