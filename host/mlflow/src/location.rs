//! Tracking URIs.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use reqwest::Url;

/// Where a tracking URI leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Location {
    /// A tracking server. The path has no slash at its end.
    Server(Url),
    /// A folder as `mlflow` made before it used a database: `mlruns/`.
    Folder(PathBuf),
    /// An SQLite file: `mlflow.db`.
    Database(PathBuf),
}

impl Location {
    /// Reads `http(s)://host[:port][/path]`, `sqlite:///file`, `file:///folder` or a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        if lower.starts_with("http://") || lower.starts_with("https://") {
            return server(text);
        }
        if let Some(path) = lower
            .starts_with("sqlite:///")
            .then(|| text.get("sqlite:///".len()..).unwrap_or_default())
        {
            return on_disk(path).map(Self::Database);
        }
        if lower.starts_with("file:") {
            let path = text.get("file:".len()..).unwrap_or_default();
            return on_disk(path.strip_prefix("//").unwrap_or(path)).map(Self::Folder);
        }
        if text.contains("://") {
            let scheme = text.split("://").next().unwrap_or_default();
            return Err(format!(
                "the scheme `{scheme}` is not read; expected http, https, sqlite, file or a path"
            ));
        }
        let path = on_disk(text)?;
        let database = path
            .extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("db") || it.eq_ignore_ascii_case("sqlite"));
        Ok(if database {
            Self::Database(path)
        } else {
            Self::Folder(path)
        })
    }
}

fn on_disk(path: &str) -> Result<PathBuf, String> {
    if path.is_empty() {
        return Err("it names no file".to_owned());
    }
    std::path::absolute(Path::new(path)).map_err(|error| error.to_string())
}

fn server(text: &str) -> Result<Location, String> {
    let mut url = Url::parse(text).map_err(|error| error.to_string())?;
    if !url.username().is_empty() || url.password().is_some() {
        // Not quoted: it would be in logs and answers.
        return Err("it carries credentials; these belong into the environment, see `[mlflow]` in deepfix.toml".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a query or a fragment; expected the root of a tracking server".into());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(Location::Server(url))
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(url) => f.write_str(url.as_str().trim_end_matches('/')),
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Database(path) => write!(f, "sqlite:///{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_server_are_one_location() {
        let one = Location::parse("HTTPS://Mlflow.Example:443/team/").unwrap();
        assert_eq!(one, Location::parse("https://mlflow.example/team").unwrap());
        assert_ne!(one, Location::parse("https://mlflow.example/team2").unwrap());
        assert_ne!(one, Location::parse("http://mlflow.example/team").unwrap());
        assert_ne!(one, Location::parse("https://mlflow.example:444/team").unwrap());
        assert_eq!(
            Location::parse("http://127.0.0.1:5000/").unwrap().to_string(),
            "http://127.0.0.1:5000"
        );
    }

    #[test]
    fn credentials_in_a_uri_are_refused_and_not_repeated() {
        let error = Location::parse("https://ann:secret@mlflow.example").unwrap_err();
        assert!(!error.contains("secret") && error.contains("[mlflow]"), "{error}");
        assert!(Location::parse("https://a.example/?x=1").is_err());
    }

    #[test]
    fn files_are_told_from_servers() {
        let database = Location::Database("/a/b.db".into());
        assert_eq!(Location::parse("sqlite:////a/b.db").unwrap(), database);
        assert_eq!(Location::parse("/a/b.db").unwrap(), database);
        assert_eq!(
            Location::parse("file:///a/mlruns").unwrap(),
            Location::Folder("/a/mlruns".into())
        );
        assert_eq!(
            Location::parse("/a/mlruns").unwrap(),
            Location::Folder("/a/mlruns".into())
        );
        assert!(Location::parse("databricks://x").unwrap_err().contains("databricks"));
        assert!(Location::parse("").is_err());
    }
}
