/// The words of the page that other formats do not need.
#[derive(Debug)]
pub(crate) struct Words {
    pub tag: &'static str,
    pub report: &'static str,
    pub healthy: &'static str,
    pub not_examined: &'static str,
    pub not_concluded: &'static str,
    pub verdicts: [&'static str; 3],
    pub contents: &'static str,
    pub symptoms: &'static str,
    pub behind: &'static str,
    pub told: &'static str,
    pub whole: &'static str,
    pub findings: &'static str,
    pub all_findings: &'static str,
    pub evidence: &'static str,
    pub facts: &'static str,
    pub value: &'static str,
    pub source: &'static str,
    pub checked: &'static str,
    pub computed: &'static str,
    pub differs: &'static str,
    pub not_verified: &'static str,
    pub agent: &'static str,
    pub status: &'static str,
    pub time: &'static str,
    pub fine: &'static str,
    pub failed: &'static str,
    pub partial: &'static str,
    pub skipped: &'static str,
    pub citations: &'static str,
    pub cited_by: &'static str,
    pub export: &'static str,
    pub effort: &'static str,
    pub effect: &'static str,
    pub for_cause: &'static str,
    pub filter: &'static str,
    pub filter_hint: &'static str,
    pub all: &'static str,
    pub none_match: &'static str,
    pub theme: &'static str,
    pub print: &'static str,
    pub link: &'static str,
    pub skip: &'static str,
    pub train: &'static str,
    pub test: &'static str,
    pub tensors: &'static str,
    pub shape: &'static str,
    pub zeros: &'static str,
    pub largest: &'static str,
    pub mean: &'static str,
    pub rms: &'static str,
    pub curve_of: &'static str,
    pub distribution_of: &'static str,
    pub rows_per_class: &'static str,
    pub more: &'static str,
    pub made_by: &'static str,
    pub log_scale: &'static str,
    pub not_finite: &'static str,
    pub plot_hint: &'static str,
    pub plot_reset: &'static str,
    pub plot_keys: &'static str,
    pub by_model: &'static str,
    pub efforts: [&'static str; 3],
}

const ENGLISH: Words = Words {
    tag: "en",
    report: "Diagnosis",
    healthy: "Nothing is wrong",
    not_examined: "Nothing could be examined",
    not_concluded: "Nothing was found, but the conclusion failed",
    verdicts: [
        "Only remarks",
        "Results are worse than they need be",
        "Results are wrong, or training is broken",
    ],
    contents: "Contents",
    symptoms: "What follows from it",
    behind: "Seen by",
    told: "Told above:",
    whole: "The finding itself",
    findings: "Findings",
    all_findings: "Every finding, by agent",
    evidence: "What shows it",
    facts: "The values behind it",
    value: "Value",
    source: "Read at",
    checked: "read again, equal",
    computed: "computed",
    differs: "read again, different",
    not_verified: "evidence not verified",
    agent: "Agent",
    status: "Status",
    time: "Time",
    fine: "done",
    failed: "failed",
    partial: "in part",
    skipped: "not asked",
    citations: "Citations",
    cited_by: "cited for",
    export: "Save as",
    effort: "effort",
    effect: "expected effect",
    for_cause: "for",
    filter: "Filter",
    filter_hint: "Find in codes, texts and names",
    all: "all",
    none_match: "No finding matches.",
    theme: "Light or dark",
    print: "Print",
    link: "Link to this",
    skip: "To the report",
    train: "train",
    test: "test",
    tensors: "Layers in the file",
    shape: "in × out",
    zeros: "zeros",
    largest: "largest",
    mean: "mean",
    rms: "RMS",
    curve_of: "Curves of",
    distribution_of: "Distribution of",
    rows_per_class: "Rows per class",
    more: "more",
    made_by: "Made by DeepFix",
    log_scale: "logarithmic",
    not_finite: "not finite",
    plot_hint: "Drag to enlarge, double-click for all of it",
    plot_reset: "Show all",
    plot_keys: "Arrow keys read the values, plus and minus change the part that is shown, Escape shows all",
    by_model: "by a language model",
    efforts: ["minutes", "hours", "days"],
};

const FRENCH: Words = Words {
    tag: "fr",
    report: "Diagnostic",
    healthy: "Rien d'anormal",
    not_examined: "Rien n'a pu être examiné",
    not_concluded: "Rien n'a été trouvé, mais la conclusion a échoué",
    verdicts: [
        "Des remarques seulement",
        "Les résultats sont moins bons qu'ils ne devraient",
        "Les résultats sont faux, ou l'entraînement est cassé",
    ],
    contents: "Sommaire",
    symptoms: "Ce qui en découle",
    behind: "Vu par",
    told: "Dit plus haut :",
    whole: "Le constat lui-même",
    findings: "Constats",
    all_findings: "Tous les constats, par agent",
    evidence: "Ce qui le montre",
    facts: "Les valeurs qui le fondent",
    value: "Valeur",
    source: "Lue à",
    checked: "relue, égale",
    computed: "calculée",
    differs: "relue, différente",
    not_verified: "preuve non vérifiée",
    agent: "Agent",
    status: "État",
    time: "Durée",
    fine: "terminé",
    failed: "échec",
    partial: "en partie",
    skipped: "non sollicité",
    citations: "Références",
    cited_by: "cité pour",
    export: "Enregistrer en",
    effort: "travail",
    effect: "effet attendu",
    for_cause: "pour",
    filter: "Filtrer",
    filter_hint: "Chercher dans les codes, textes et noms",
    all: "tous",
    none_match: "Aucun constat ne correspond.",
    theme: "Clair ou sombre",
    print: "Imprimer",
    link: "Lien vers ce point",
    skip: "Vers le rapport",
    train: "entraînement",
    test: "test",
    tensors: "Couches du fichier",
    shape: "entrées × sorties",
    zeros: "zéros",
    largest: "plus grande",
    mean: "moyenne",
    rms: "moy. quadr.",
    curve_of: "Courbes de",
    distribution_of: "Distribution de",
    rows_per_class: "Lignes par classe",
    more: "de plus",
    made_by: "Fait par DeepFix",
    log_scale: "logarithmique",
    not_finite: "non fini",
    plot_hint: "Tracez une zone pour l'agrandir, double-cliquez pour tout revoir",
    plot_reset: "Tout afficher",
    plot_keys: "Les flèches lisent les valeurs, plus et moins changent la partie affichée, Échap affiche tout",
    by_model: "par un modèle de langue",
    efforts: ["minutes", "heures", "jours"],
};

impl Words {
    /// As [`crate::Labels::of`].
    pub(crate) fn of(language: &str) -> &'static Self {
        let language = language.split(['-', '_']).next().unwrap_or_default();
        if matches!(language, "french" | "francais" | "français" | "fr" | "fra" | "fre") {
            &FRENCH
        } else {
            &ENGLISH
        }
    }

    /// The word for an effort as the reasoner states it.
    pub(crate) fn effort_of(&self, effort: &str) -> &'static str {
        let [minutes, hours, days] = self.efforts;
        match effort {
            "minutes" => minutes,
            "hours" => hours,
            "days" => days,
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_missing_or_left_in_english() {
        let lines = |words: &Words| -> Vec<String> { format!("{words:#?}").lines().map(str::to_owned).collect() };
        let (english, french) = (lines(&ENGLISH), lines(&FRENCH));
        assert_eq!(english.len(), french.len());
        let alike = ["agent:", "test:", "\"minutes\""];
        for (a, b) in english.iter().zip(&french).filter(|(it, _)| it.contains('"')) {
            assert!(!a.contains("\"\"") && !b.contains("\"\""), "{a} {b}");
            assert!(a != b || alike.iter().any(|it| a.contains(it)), "{a}");
        }
    }
}
