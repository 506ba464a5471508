/// The words of a report that are not the agents'.
pub(crate) struct Labels {
    pub(crate) root_causes: &'static str,
    pub(crate) actions: &'static str,
    pub(crate) also_seen: &'static str,
    pub(crate) ruled_out: &'static str,
    pub(crate) not_examined: &'static str,
    pub(crate) warnings: &'static str,
    pub(crate) agents: &'static str,
    pub(crate) shown_by: &'static str,
    pub(crate) action: &'static str,
    pub(crate) why: &'static str,
    pub(crate) worked: &'static str,
    pub(crate) causes: &'static str,
    pub(crate) joins: &'static str,
    pub(crate) see: &'static str,
    pub(crate) confidence: &'static str,
    pub(crate) verified: &'static str,
    pub(crate) send: &'static str,
    pub(crate) severities: [&'static str; 3],
}

const ENGLISH: Labels = Labels {
    root_causes: "What is wrong",
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
    /// The words of a language; English unless it is French.
    pub(crate) fn of(language: &str) -> &'static Self {
        if language.starts_with("fr") { &FRENCH } else { &ENGLISH }
    }

    pub(crate) fn severity(&self, severity: deepfix_core::Severity) -> &'static str {
        let [low, medium, high] = self.severities;
        match severity {
            deepfix_core::Severity::Low => low,
            deepfix_core::Severity::Medium => medium,
            deepfix_core::Severity::High => high,
        }
    }
}
