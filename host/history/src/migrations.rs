//! The steps that bring a database to the layout of this version.

use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

/// The files of `migrations/`: number, description and text. What was applied once is never changed: the database keeps
/// its checksum.
const FILES: [(i64, &str, &str); 4] = [
    (1, "analyses", include_str!("../migrations/0001_analyses.sql")),
    (2, "jobs", include_str!("../migrations/0002_jobs.sql")),
    (3, "keys", include_str!("../migrations/0003_keys.sql")),
    (4, "usage", include_str!("../migrations/0004_usage.sql")),
];

/// All of them, in their order.
pub(crate) fn all() -> Migrator {
    let of = |(number, description, text): (i64, &'static str, &'static str)| {
        Migration::new(
            number,
            description.into(),
            MigrationType::Simple,
            text.into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(FILES.map(of).into())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[tokio::test]
    async fn every_file_is_there_as_a_database_that_was_made_from_the_folder_knows_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let files = Migrator::new(folder.as_path()).await.unwrap();
        let known = |migrator: &Migrator| -> Vec<(i64, String, Vec<u8>)> {
            let all = migrator.iter();
            all.map(|it| (it.version, it.description.to_string(), it.checksum.to_vec()))
                .collect()
        };
        assert_eq!(known(&all()), known(&files));
        assert!(!known(&files).is_empty());
    }
}
