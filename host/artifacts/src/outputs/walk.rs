use std::{fs::ReadDir, io, path::Path};

use super::listing::{names, rank, size};
use crate::FileAccess;

/// How much of a folder is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderLimits {
    /// Levels of folders. `run/lightning_logs/version_3/checkpoints` is as deep as they get.
    pub depth: usize,
    /// Names of files and folders in all: someone may name a home folder, and a million names take seconds.
    pub names: usize,
    /// Names of one folder: pictures of a data set must leave something for a run that lies beside them.
    pub names_of_folder: usize,
    /// Logs, models, tables and documents in all: each of them is looked at more closely.
    pub files: usize,
    /// The same of one folder: a sample may be a file of its own.
    pub files_of_folder: usize,
}

impl Default for FolderLimits {
    fn default() -> Self {
        Self {
            depth: 5,
            names: 1_000_000,
            names_of_folder: 200_000,
            files: 100_000,
            files_of_folder: 10_000,
        }
    }
}

/// Folders that a warning names, and warnings of one kind; the others are counted.
const MAX_NAMES: usize = 5;

/// A file below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// From the folder on, with `/`.
    pub path: String,
    pub size: u64,
}

/// What lies below a folder.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Logs, models, tables and documents, sorted by name, those near the top first.
    pub files: Vec<Entry>,
    /// What was not looked at, and why.
    pub warnings: Vec<String>,
    /// Folders that lie deeper than is looked.
    pub deeper: Vec<String>,
    /// Levels of folders that were looked into.
    pub depth: usize,
}

/// A folder that is to be looked into.
struct Folder {
    /// From the one that was named on, with `/` at its end.
    prefix: String,
    /// Folders in the same one.
    beside: usize,
}

/// The regular files below a folder that may be of an experiment. A link counts where it is one to
/// a file that may be read: the cache of a hub has its files elsewhere. Links to folders are not followed,
/// hidden folders left out.
pub(crate) fn walk(folder: &Path, access: &FileAccess, limits: &FolderLimits) -> Walked {
    within(folder, access, limits, &|it| std::fs::read_dir(it))
}

fn within(
    folder: &Path,
    access: &FileAccess,
    limits: &FolderLimits,
    list: &dyn Fn(&Path) -> io::Result<ReadDir>,
) -> Walked {
    let mut walked = Walked::default();
    let mut level = vec![Folder {
        prefix: String::new(),
        beside: 1,
    }];
    let (mut count, mut unread, mut unseen) = (0, Vec::new(), Vec::new());
    for _ in 0..limits.depth {
        // Few folders beside each other before many: a thousand classes of pictures must not hide a run.
        level.sort_by(|a, b| (a.beside, &a.prefix).cmp(&(b.beside, &b.prefix)));
        let mut next = Vec::new();
        for Folder { prefix, .. } in level {
            if count >= limits.names || walked.files.len() >= limits.files {
                unseen.push(prefix);
                continue;
            }
            let path = folder.join(&prefix);
            let mut names = match list(&path).and_then(|it| names(it, limits.names_of_folder)) {
                Ok(names) => names,
                Err(error) => {
                    unread.push(format!("{} was not looked into: {error}", shown(&prefix)));
                    continue;
                }
            };
            count += names.count;
            if names.count > limits.names_of_folder {
                // In no order: what would be among the first ones is chance.
                unread.push(format!(
                    "{} was not looked into: it has more than {} entries (`--max-entries-of-folder`)",
                    shown(&prefix),
                    limits.names_of_folder
                ));
                continue;
            }
            names.files.sort_by(|a, b| rank(a).cmp(&rank(b)));
            let most = limits.files_of_folder.min(limits.files - walked.files.len());
            if names.files.len() > most {
                unread.push(format!(
                    "{}: {most} files were looked at and {} were not, which is the limit (`{}`); logs and models come first",
                    shown(&prefix),
                    names.files.len() - most,
                    if most < limits.files_of_folder { "--max-files" } else { "--max-files-of-folder" }
                ));
                names.files.truncate(most);
            }
            walked.files.extend(names.files.iter().filter_map(|name| {
                let size = size(&path.join(name), access)?;
                let path = format!("{prefix}{name}");
                Some(Entry { path, size })
            }));
            let beside = names.folders.len();
            next.extend(names.folders.into_iter().map(|name| Folder {
                prefix: format!("{prefix}{name}/"),
                beside,
            }));
        }
        level = next;
    }
    walked.files.sort_by(|a, b| {
        let depth = |it: &Entry| it.path.matches('/').count();
        depth(a).cmp(&depth(b)).then_with(|| a.path.cmp(&b.path))
    });
    let more = unread.len().saturating_sub(MAX_NAMES);
    unread.truncate(MAX_NAMES);
    walked.warnings = unread;
    if more > 0 {
        walked
            .warnings
            .push(format!("{more} more folders were not looked into, or not wholly"));
    }
    if !unseen.is_empty() {
        walked.warnings.push(format!(
            "{} was not looked into: at most {} entries (`--max-entries`) and {} files (`--max-files`) of a folder are; name the folder of the \
             experiment",
            listed(&unseen),
            limits.names,
            limits.files
        ));
    }
    walked.depth = limits.depth;
    walked.deeper = level.into_iter().map(|it| it.prefix).collect();
    walked.deeper.sort();
    walked
}

impl Walked {
    /// What to say of folders that lie too deep, where something was not found above them.
    pub(crate) fn too_deep(&self) -> Option<String> {
        (!self.deeper.is_empty()).then(|| {
            format!(
                "{} was not looked into: folders are looked into {} levels deep (`--max-depth`)",
                listed(&self.deeper),
                self.depth
            )
        })
    }
}

fn shown(prefix: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => "the folder itself".to_owned(),
        name => format!("`{name}`"),
    }
}

fn listed(prefixes: &[String]) -> String {
    let names: Vec<String> = prefixes.iter().take(MAX_NAMES).map(|it| shown(it)).collect();
    let more = prefixes.len().saturating_sub(MAX_NAMES);
    let more = if more > 0 { format!(" (+{more})") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn made(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "1").unwrap();
        }
        folder
    }

    fn walked(folder: &Path, limits: &FolderLimits) -> (Vec<String>, String) {
        let access = FileAccess::of_folder(folder);
        let found = within(folder, &access, limits, &|it| fs::read_dir(it));
        let files = found.files.into_iter().map(|it| it.path).collect();
        (files, found.warnings.join("\n"))
    }

    #[test]
    fn pictures_of_a_data_set_hide_no_run_and_cost_no_place() {
        let pictures: Vec<String> = (0..60).map(|it| format!("data/img/{it}.jpg")).collect();
        let mut names: Vec<&str> = pictures.iter().map(String::as_str).collect();
        names.push("lightning_logs/version_0/metrics.csv");
        let folder = made(&names);
        let limits = FolderLimits {
            files: 3,
            ..FolderLimits::default()
        };
        let (files, said) = walked(folder.path(), &limits);
        assert_eq!(files, ["lightning_logs/version_0/metrics.csv"]);
        assert_eq!(said, "");
        // A folder with too many entries is told of, and the others are looked into.
        let limits = FolderLimits {
            names_of_folder: 50,
            ..FolderLimits::default()
        };
        let (files, said) = walked(folder.path(), &limits);
        assert_eq!(files, ["lightning_logs/version_0/metrics.csv"]);
        assert_eq!(
            said,
            "`data/img` was not looked into: it has more than 50 entries (`--max-entries-of-folder`)"
        );
    }

    #[test]
    fn many_folders_beside_each_other_come_after_few() {
        let classes: Vec<String> = (0..20).map(|it| format!("data/c{it:02}/1.npy")).collect();
        let mut names: Vec<&str> = classes.iter().map(String::as_str).collect();
        names.push("logs/version_0/metrics.csv");
        let folder = made(&names);
        let limits = FolderLimits {
            names: 26,
            ..FolderLimits::default()
        };
        let (files, said) = walked(folder.path(), &limits);
        assert!(files.contains(&"logs/version_0/metrics.csv".to_owned()), "{files:?}");
        assert!(
            said.contains("`data/c02`, `data/c03`") && said.contains("(+13)") && said.contains("at most 26 entries"),
            "{said}"
        );
    }

    #[test]
    fn of_many_files_of_one_folder_the_logs_and_models_are_kept_and_the_rest_is_told() {
        let samples: Vec<String> = (0..9).map(|it| format!("all/a{it}.csv")).collect();
        let mut names: Vec<&str> = samples.iter().map(String::as_str).collect();
        names.extend(["all/net.pt", "all/trainer_state.json"]);
        let folder = made(&names);
        let limits = FolderLimits {
            files_of_folder: 3,
            ..FolderLimits::default()
        };
        let (files, said) = walked(folder.path(), &limits);
        assert_eq!(files, ["all/a0.csv", "all/net.pt", "all/trainer_state.json"]);
        assert!(said.contains("`all`: 3 files were looked at and 8 were not"), "{said}");
        let limits = FolderLimits {
            files: 3,
            ..FolderLimits::default()
        };
        assert_eq!(walked(folder.path(), &limits).0.len(), 3);
    }

    #[test]
    fn a_folder_that_cannot_be_listed_is_named_with_the_reason() {
        let folder = made(&["run/metrics.csv", "secret/metrics.csv"]);
        let access = FileAccess::of_folder(folder.path());
        let found = within(folder.path(), &access, &FolderLimits::default(), &|it| {
            if it.ends_with("secret") {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            fs::read_dir(it)
        });
        assert_eq!(found.files.len(), 1);
        assert_eq!(found.warnings, ["`secret` was not looked into: permission denied"]);
    }

    #[test]
    fn what_lies_too_deep_is_known() {
        let folder = made(&["a/b/c/d/e/metrics.csv"]);
        let found = walk(
            folder.path(),
            &FileAccess::of_folder(folder.path()),
            &FolderLimits::default(),
        );
        assert!(found.files.is_empty());
        let said = found.too_deep().unwrap();
        assert_eq!(
            said,
            "`a/b/c/d/e` was not looked into: folders are looked into 5 levels deep (`--max-depth`)"
        );
    }
}
