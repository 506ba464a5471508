use std::path::Path;

use crate::FileAccess;

/// `run/lightning_logs/version_3/checkpoints` is as deep as they get.
const MAX_DEPTH: usize = 5;
/// Entries that are looked at: someone may name a home folder.
const MAX_ENTRIES: usize = 20_000;
/// Folders that hold what others wrote.
const SKIPPED: [&str; 6] = [
    "node_modules",
    "site-packages",
    "__pycache__",
    "venv",
    "target",
    "mlruns",
];

/// A file below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// From the folder on, with `/`.
    pub path: String,
    pub size: u64,
}

/// The regular files below a folder, sorted by name, those near the top first. A link counts where it is one to
/// a file that may be read: the cache of a hub has its files elsewhere. Links to folders are not followed,
/// hidden folders left out.
pub(crate) fn walk(folder: &Path, access: &FileAccess) -> Vec<Entry> {
    let mut files = Vec::new();
    let mut level = vec![(folder.to_owned(), String::new())];
    let mut seen = 0;
    for _ in 0..MAX_DEPTH {
        let mut next = Vec::new();
        for (folder, prefix) in level {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries.filter_map(Result::ok) {
                seen += 1;
                if seen > MAX_ENTRIES {
                    break;
                }
                let (Ok(metadata), Ok(name)) = (entry.metadata(), entry.file_name().into_string()) else {
                    continue;
                };
                let length = if metadata.is_symlink() {
                    let file = access.file(&entry.path());
                    file.and_then(|it| Some(it.metadata().ok()?.len()))
                } else {
                    metadata.is_file().then_some(metadata.len())
                };
                if let Some(size) = length {
                    files.push(Entry {
                        path: format!("{prefix}{name}"),
                        size,
                    });
                } else if metadata.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                    next.push((entry.path(), format!("{prefix}{name}/")));
                }
            }
        }
        next.sort();
        level = next;
    }
    files.sort_by(|a, b| {
        let depth = |it: &Entry| it.path.matches('/').count();
        depth(a).cmp(&depth(b)).then_with(|| a.path.cmp(&b.path))
    });
    files
}
