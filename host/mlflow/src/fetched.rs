//! Files of a run on this machine, and the gaps where one could not be had.

use std::path::PathBuf;

use crate::{
    MlflowError,
    assemble::Work,
    local::{blocking, failed},
    store::{Listed, Place, Store},
};

impl Work<'_> {
    pub(crate) async fn fetch(&mut self, place: &Place, file: &Listed, limit: u64) -> Result<PathBuf, MlflowError> {
        if file.size > limit {
            return Err(MlflowError::TooLarge {
                what: format!("`{}`", file.path),
                size: file.size,
                limit,
                key: "`[mlflow] max_artifact`",
            });
        }
        self.files += 1;
        // A name of our own: the server's may be anything.
        let to = self.folder.join(self.files.to_string());
        self.store.fetch(place, &file.path, &to, limit).await
    }

    async fn text(&mut self, place: &Place, file: &Listed, limit: u64) -> Result<String, MlflowError> {
        let path = self.fetch(place, file, limit).await?;
        // What is no text is the parser's to tell.
        let read = move || std::fs::read(&path).map_err(|error| failed(&path, error));
        let bytes = blocking(read).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A file that could not be had, with a warning: the rest of the run is worth a diagnosis without it.
    ///
    /// # Errors
    /// What went wrong concerns more than this file.
    pub(crate) fn gap(&mut self, file: &Listed, error: MlflowError) -> Result<(), MlflowError> {
        // On disk it is the file that failed; from a server it is the disk here.
        let is_on_disk = !matches!(self.store, Store::Server(_)) && matches!(error, MlflowError::Local { .. });
        if !error.is_of_file() && !is_on_disk {
            return Err(error);
        }
        self.warnings.push(format!("`{}` was left out: {error}", file.path));
        self.gap.get_or_insert(error);
        Ok(())
    }

    pub(crate) async fn text_or_gap(
        &mut self,
        place: &Place,
        file: &Listed,
        limit: u64,
    ) -> Result<Option<String>, MlflowError> {
        match self.text(place, file, limit).await {
            Ok(text) => Ok(Some(text)),
            Err(error) => self.gap(file, error).map(|()| None),
        }
    }
}
