/// The words of a report that are not the agents'.
#[derive(Debug)]
#[allow(missing_docs, reason = "each is the text itself, in two languages below")]
pub struct Labels {
    pub root_causes: &'static str,
    pub remarks: &'static str,
    pub step: &'static str,
    pub actions: &'static str,
    pub also_seen: &'static str,
    pub ruled_out: &'static str,
    pub not_examined: &'static str,
    pub warnings: &'static str,
    pub agents: &'static str,
    pub shown_by: &'static str,
    pub action: &'static str,
    pub why: &'static str,
    pub worked: &'static str,
    pub causes: &'static str,
    pub joins: &'static str,
    pub see: &'static str,
    pub confidence: &'static str,
    pub verified: &'static str,
    pub send: &'static str,
    pub severities: [&'static str; 3],
}

const ENGLISH: Labels = Labels {
    root_causes: "What is wrong",
    remarks: "Remarks",
    step: "step",
    actions: "What to do, in this order",
    also_seen: "Also seen",
    ruled_out: "Ruled out",
    not_examined: "Not examined",
    warnings: "Warnings",
    agents: "Agents",
    shown_by: "shown by",
    action: "do",
    why: "why",
    worked: "it worked when",
    causes: "explains",
    joins: "joins",
    see: "read",
    confidence: "confidence",
    verified: "evidence verified",
    send: "send",
    severities: ["LOW", "MEDIUM", "HIGH"],
};

const FRENCH: Labels = Labels {
    root_causes: "Ce qui ne va pas",
    remarks: "Remarques",
    step: "étape",
    actions: "Que faire, dans cet ordre",
    also_seen: "Également observé",
    ruled_out: "Écarté",
    not_examined: "Non examiné",
    warnings: "Avertissements",
    agents: "Agents",
    shown_by: "preuve",
    action: "action",
    why: "raison",
    worked: "réussi quand",
    causes: "explique",
    joins: "réunit",
    see: "à lire",
    confidence: "confiance",
    verified: "preuve vérifiée",
    send: "fournir",
    severities: ["FAIBLE", "MOYEN", "GRAVE"],
};

impl Labels {
    /// The words of a language; English unless it is French, as the agents understand the name.
    #[must_use]
    pub fn of(language: &str) -> &'static Self {
        let language = language.split(['-', '_']).next().unwrap_or_default();
        if matches!(language, "french" | "francais" | "français" | "fr" | "fra" | "fre") {
            &FRENCH
        } else {
            &ENGLISH
        }
    }

    /// The title of what the reasoner found.
    #[must_use]
    pub fn causes_title(&self, only_remarks: bool) -> &'static str {
        if only_remarks { self.remarks } else { self.root_causes }
    }

    /// The word for a severity.
    #[must_use]
    pub fn severity(&self, severity: deepfix_core::Severity) -> &'static str {
        let [low, medium, high] = self.severities;
        match severity {
            deepfix_core::Severity::Low => low,
            deepfix_core::Severity::Medium => medium,
            deepfix_core::Severity::High => high,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The texts by name, from what `Debug` prints: a new field is there by itself.
    fn texts(labels: &Labels) -> BTreeMap<String, String> {
        let printed = format!("{labels:#?}");
        let fields = printed.lines().filter_map(|it| it.trim().split_once(": "));
        fields
            .map(|(name, text)| (name.to_owned(), text.trim_matches([',', '"', '[']).to_owned()))
            .collect()
    }

    #[test]
    fn no_label_is_missing_or_left_in_english() {
        let (english, french) = (texts(&ENGLISH), texts(&FRENCH));
        assert!(english.len() > 15, "{english:?}");
        // Words that both languages share.
        let alike = ["agents", "action", "severities"];
        for (name, text) in &english {
            assert!(
                name == "severities" || !text.is_empty() && !french[name].is_empty(),
                "{name}"
            );
            assert!(
                alike.contains(&name.as_str()) || *text != french[name],
                "{name}: {text}"
            );
        }
        assert!(
            ENGLISH
                .severities
                .iter()
                .zip(FRENCH.severities)
                .all(|(a, b)| *a != b && !b.is_empty())
        );
    }

    #[test]
    fn only_names_of_french_give_french() {
        for french in ["french", "fr", "fr-ca", "français"] {
            assert_eq!(Labels::of(french).severities, FRENCH.severities, "{french}");
        }
        for other in ["english", "frisian", "klingon", ""] {
            assert_eq!(Labels::of(other).severities, ENGLISH.severities, "{other}");
        }
    }
}
