//! Names of checks.

/// Names of checks, each once: a check on both sets is two items of one name with the set's behind it.
pub(crate) fn both_sets<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for name in names {
        let (check, set) = ["Train", "Test"]
            .into_iter()
            .find_map(|set| {
                Some((
                    name.strip_suffix(" Dataset")?.strip_suffix(set)?.strip_suffix(" - ")?,
                    set,
                ))
            })
            .map_or((name, None), |(check, set)| (check, Some(set)));
        match all.iter_mut().find(|(known, _)| *known == check) {
            Some((_, sets)) => sets.extend(set),
            None => all.push((check, set.into_iter().collect())),
        }
    }
    let text = |(check, mut sets): (&str, Vec<&str>)| {
        if sets.is_empty() {
            return check.to_owned();
        }
        // The order of items is random.
        sets.sort_unstable_by(|a, b| b.cmp(a));
        format!("{check} ({})", sets.join(", "))
    };
    all.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_on_both_sets_is_named_once() {
        let names = [
            "A - Test Dataset",
            "B",
            "A - Train Dataset",
            "C - Train Dataset",
            "D - Dataset",
        ];
        assert_eq!(
            both_sets(names.into_iter()),
            ["A (Train, Test)", "B", "C (Train)", "D - Dataset"]
        );
    }
}
