//! The files of a run, looked through within bounds.

use std::collections::VecDeque;

use crate::{
    MlflowError, layout,
    store::{Listed, Place, Store},
};

/// Folders that are listed: each costs a request. Folders close to the root come first.
const MAX_FOLDERS: usize = 40;
/// Files that are looked at.
const MAX_FILES: usize = 20_000;
/// `checkpoints/epoch=3/model/data` is as deep as they get.
const MAX_DEPTH: usize = 5;

/// A file and the place that has it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub place: Place,
    pub files: Vec<Listed>,
    /// Not every folder was looked into.
    pub is_cut: bool,
}

/// All files of a place.
pub(crate) async fn walk(store: &Store, place: &Place) -> Result<Found, MlflowError> {
    let mut found = Found {
        place: place.clone(),
        files: Vec::new(),
        is_cut: false,
    };
    let mut waiting = VecDeque::from([(String::new(), 0)]);
    let mut listed = 0;
    while let Some((folder, depth)) = waiting.pop_front() {
        if listed >= MAX_FOLDERS || found.files.len() >= MAX_FILES {
            found.is_cut = true;
            break;
        }
        listed += 1;
        let below = format!("{folder}/");
        for it in store.list(place, &folder).await? {
            // A listing of a file is the file itself; one that leads elsewhere would go round for
            // ever.
            if it.path == folder || !(folder.is_empty() || it.path.starts_with(&below)) {
                continue;
            }
            if !it.is_folder {
                found.files.push(it);
            } else if depth < MAX_DEPTH && layout::is_worth(&it.path) {
                waiting.push_back((it.path, depth + 1));
            }
        }
    }
    Ok(found)
}
