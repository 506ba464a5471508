//! What the host itself says to readers, in French: why an agent was not run, and what was left
//! out of a request. Plugins bring their own texts.
//!
//! A frame is an English sentence with `{}` where a value stands; the values are kept. What no
//! frame fits, such as the words of an operating system, stays as it is.

const FRAMES: [(&str, &str); 42] = [
    ("MLflow: {}", "MLflow : {}"),
    ("the request carries no {}", "la requête ne contient pas {}"),
    ("the request carries none of {}", "la requête ne contient aucun de {}"),
    (
        "`{}/path`: the file cannot be read: {}",
        "`{}/path` : le fichier est illisible : {}",
    ),
    ("`{}` was not read: {}", "`{}` n'a pas été lu : {}"),
    (
        "{} compressed check values were left out: larger than {} MiB, or damaged",
        "{} valeurs de contrôle compressées ont été écartées : plus de {} Mio, ou abîmées",
    ),
    (
        "{} other runs with events of TensorBoard were not read: {}",
        "{} autres exécutions avec des événements TensorBoard n'ont pas été lues : {}",
    ),
    (
        "`{}` is no JSON object: left out",
        "`{}` n'est pas un objet JSON : écarté",
    ),
    (
        "`{}` holds no object: left out",
        "`{}` ne contient pas d'objet : écarté",
    ),
    ("`{}` was left out: {}", "`{}` a été écarté : {}"),
    (
        "{} metrics were left out, all together have more than {} points (`[mlflow] max_points`): {}",
        "{} métriques ont été écartées, l'ensemble dépasse {} points (`[mlflow] max_points`) : {}",
    ),
    (
        "the language model was not asked: what this tenant may use of it today is used up",
        "le modèle de langue n'a pas été interrogé : ce que ce locataire peut en utiliser aujourd'hui est épuisé",
    ),
    (
        "`{}` is the request: of {} files and folders beside it only those that it names were read",
        "`{}` est la requête : des {} fichiers et dossiers à côté, seuls ceux qu'elle nomme ont été lus",
    ),
    ("the metrics were left out: {}", "les métriques ont été écartées : {}"),
    (
        "not a readable file below a folder of `[artifacts] roots` in deepfix.toml",
        "pas de fichier lisible sous un dossier de `[artifacts] roots` dans deepfix.toml",
    ),
    (
        "it holds {}; tables are read in the folder that is named; name this one, or use {}",
        "il contient {} ; les tables sont lues dans le dossier nommé ; nommez celui-ci, ou utilisez {}",
    ),
    (
        "it holds {}; one experiment is read at a time; name this folder to read it",
        "il contient {} ; une seule expérience est lue à la fois ; nommez ce dossier pour la lire",
    ),
    (
        "it holds {}; one log of metrics is read at a time; name this folder to read it",
        "il contient {} ; un seul journal de métriques est lu à la fois ; nommez ce dossier pour le lire",
    ),
    (
        "it holds {}; one model is read at a time; name this folder to read it",
        "il contient {} ; un seul modèle est lu à la fois ; nommez ce dossier pour le lire",
    ),
    (
        "a table of a folder is read where it is called train.csv or test.csv; name its file, or use {}",
        "une table d'un dossier est lue si elle s'appelle train.csv ou test.csv ; nommez son fichier, ou utilisez {}",
    ),
    (
        "one log of metrics is read at a time; name its file to read it",
        "un seul journal de métriques est lu à la fois ; nommez son fichier pour le lire",
    ),
    (
        "one model is read at a time; name its file to read it",
        "un seul modèle est lu à la fois ; nommez son fichier pour le lire",
    ),
    (
        "another document is read for it, or its folder is not the one that was named",
        "un autre document est lu à sa place, ou son dossier n'est pas celui qui a été nommé",
    ),
    (
        "found no row of metrics, expected the names of the metrics and at least one row of values",
        "aucune ligne de métriques trouvée, attendu les noms des métriques et au moins une ligne de valeurs",
    ),
    (
        "{} more folders with tables, logs or models were not read; name one to read it",
        "{} autres dossiers avec des tables, des journaux ou des modèles n'ont pas été lus ; nommez-en un pour le lire",
    ),
    (
        "{} other versions of Lightning were not read; name the folder of one to read it",
        "{} autres versions de Lightning n'ont pas été lues ; nommez le dossier de l'une pour la lire",
    ),
    (
        "this folder holds {} experiments, and one is read at a time: {} was read, not {}; read another with {}",
        "ce dossier contient {} expériences, et une seule est lue à la fois : {} a été lu, pas {} ; lisez-en une autre avec {}",
    ),
    (
        "this folder holds {} experiments, and one is read at a time: {} was read, not {}; name the log of the folder itself to \
         read that",
        "ce dossier contient {} expériences, et une seule est lue à la fois : {} a été lu, pas {} ; nommez le journal du dossier \
         lui-même pour le lire",
    ),
    (
        "{} holds several runs and several models, and nothing tells which model is of which run: none was read; name the \
         file of a model to read it",
        "{} contient plusieurs exécutions et plusieurs modèles, et rien ne dit quel modèle est de quelle exécution : aucun n'a \
         été lu ; nommez le fichier d'un modèle pour le lire",
    ),
    ("the folder itself", "le dossier lui-même"),
    (
        "cells that are no numbers count as gaps: {}",
        "les cellules qui ne sont pas des nombres comptent comme des lacunes : {}",
    ),
    (
        "whether the run has files is not known: {} is not below the store, {}; start a tracking server on the store, or copy \
         the files to where it looks",
        "on ne sait pas si l'exécution a des fichiers : {} n'est pas sous le dépôt, {} ; lancez un serveur de suivi sur le \
         dépôt, ou copiez les fichiers là où il les cherche",
    ),
    (
        "{} was not looked into: it has more than {} entries (`{}`)",
        "{} n'a pas été parcouru : il a plus de {} entrées (`{}`)",
    ),
    (
        "{} was not looked into: at most {} entries (`{}`) and {} files (`{}`) of a folder are; name the folder of the \
         experiment",
        "{} n'a pas été parcouru : au plus {} entrées (`{}`) et {} fichiers (`{}`) d'un dossier le sont ; nommez le dossier \
         de l'expérience",
    ),
    (
        "{} was not looked into: folders are looked into {} levels deep (`{}`)",
        "{} n'a pas été parcouru : les dossiers sont parcourus jusqu'à {} niveaux de profondeur (`{}`)",
    ),
    ("{} was not looked into: {}", "{} n'a pas été parcouru : {}"),
    (
        "{} more folders were not looked into, or not wholly",
        "{} autres dossiers n'ont pas été parcourus, ou pas entièrement",
    ),
    (
        "{}: {} files were looked at and {} were not, which is the limit (`{}`); logs and models come first",
        "{} : {} fichiers ont été regardés et {} ne l'ont pas été, c'est la limite (`{}`) ; journaux et modèles d'abord",
    ),
    (
        "found no metric among its columns: {}",
        "aucune métrique trouvée parmi ses colonnes : {}",
    ),
    (
        "found no metric among its columns",
        "aucune métrique trouvée parmi ses colonnes",
    ),
    (
        "{}it has one column, {}; a second one, such as the step or the loss of validation, would tell more",
        "{}une seule colonne, {} ; une deuxième, comme le pas ou la perte de validation, en dirait plus",
    ),
    (
        "{}it was read as one column, {}; expected a comma, a semicolon, a tab or a bar between the names, and the same \
         between the values",
        "{}lu comme une seule colonne, {} ; attendu une virgule, un point-virgule, une tabulation ou une barre entre les noms, \
         et de même entre les valeurs",
    ),
];

/// The sentence in French, where it is one of the host's; values that are sentences of the host
/// themselves are turned as well.
pub(crate) fn said(text: &str) -> String {
    FRAMES
        .iter()
        .find_map(|(english, french)| Some(fill(french, &values(english, text)?)))
        .unwrap_or_else(|| text.to_owned())
}

/// What stands at the `{}` of a frame in a text that fits it.
fn values<'a>(frame: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = frame.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut values = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = if parts.peek().is_none() {
            rest.len().checked_sub(part.len()).filter(|_| rest.ends_with(part))?
        } else {
            rest.find(part)?
        };
        values.push(rest.get(..end)?);
        rest = rest.get(end + part.len()..)?;
    }
    rest.is_empty().then_some(values)
}

fn fill(frame: &str, values: &[&str]) -> String {
    let mut filled = String::new();
    for (place, part) in frame.split("{}").enumerate() {
        filled.push_str(part);
        if let Some(value) = values.get(place) {
            filled.push_str(&said(value));
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_the_host_are_turned_and_their_values_kept() {
        for (english, french) in [
            (
                "the request carries no `training_artifacts`",
                "la requête ne contient pas `training_artifacts`",
            ),
            (
                "`/training_artifacts/metrics_path` was not read: line 3: 2 of 4 fields",
                "`/training_artifacts/metrics_path` n'a pas été lu : line 3: 2 of 4 fields",
            ),
            (
                "2 compressed check values were left out: larger than 64 MiB, or damaged",
                "2 valeurs de contrôle compressées ont été écartées : plus de 64 Mio, ou abîmées",
            ),
            (
                "`data` was not read: it holds a.csv; tables are read in the folder that is named; name this one, or use \
                 `deepfix ingest --train data/a.csv`",
                "`data` n'a pas été lu : il contient a.csv ; les tables sont lues dans le dossier nommé ; nommez celui-ci, \
                 ou utilisez `deepfix ingest --train data/a.csv`",
            ),
            (
                "MLflow: `model.pt` was left out: reading `model.pt` of run `r` ended after 5 of 9 bytes",
                "MLflow : `model.pt` a été écarté : reading `model.pt` of run `r` ended after 5 of 9 bytes",
            ),
            (
                "this folder holds 2 experiments, and one is read at a time: the folder itself was read, not `b`; read another \
                 with `deepfix analyse x/b`",
                "ce dossier contient 2 expériences, et une seule est lue à la fois : le dossier lui-même a été lu, pas `b` ; \
                 lisez-en une autre avec `deepfix analyse x/b`",
            ),
            (
                "`a` was not looked into: it has more than 5 entries (`--max-entries-of-folder`)",
                "`a` n'a pas été parcouru : il a plus de 5 entrées (`--max-entries-of-folder`)",
            ),
            (
                "`a/b/c/d/e` was not looked into: folders are looked into 5 levels deep (`--max-depth`)",
                "`a/b/c/d/e` n'a pas été parcouru : les dossiers sont parcourus jusqu'à 5 niveaux de profondeur (`--max-depth`)",
            ),
            (
                "the folder itself holds several runs and several models, and nothing tells which model is of which run: none \
                 was read; name the file of a model to read it",
                "le dossier lui-même contient plusieurs exécutions et plusieurs modèles, et rien ne dit quel modèle est de \
                 quelle exécution : aucun n'a été lu ; nommez le fichier d'un modèle pour le lire",
            ),
            (
                "a.log: it was read as one column, `a b`; expected a comma, a semicolon, a tab or a bar between the names, and \
                 the same between the values",
                "a.log: lu comme une seule colonne, `a b` ; attendu une virgule, un point-virgule, une tabulation ou une barre \
                 entre les noms, et de même entre les valeurs",
            ),
            (
                "`params.yaml` holds no object: left out",
                "`params.yaml` ne contient pas d'objet : écarté",
            ),
        ] {
            assert_eq!(said(english), french);
        }
    }

    #[test]
    fn other_words_stay_as_they_are() {
        for text in ["", "No such file or directory (os error 2)", "the request carries"] {
            assert_eq!(said(text), text);
        }
    }

    #[test]
    fn both_sides_of_a_frame_have_the_same_values() {
        let count = |frame: &str| frame.matches("{}").count();
        for (english, french) in FRAMES {
            assert_eq!(count(english), count(french), "{english}");
        }
    }
}
