//! Credentials: from the environment or a file, for one server.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::header::HeaderValue;

use crate::{MlflowError, ServerSettings};

/// A token is a few hundred bytes; a larger file is another one.
const MAX_TOKEN_FILE: u64 = 64 << 10;

/// The value of the `Authorization` header for a server; none where it has no credentials.
///
/// # Errors
/// What the configuration names is not there. No message holds a secret.
pub(crate) fn authorization(server: &ServerSettings) -> Result<Option<HeaderValue>, MlflowError> {
    let wrong = |reason: String| MlflowError::Credentials {
        uri: server.uri.clone(),
        reason,
    };
    let variable = |name: &str| {
        std::env::var(name)
            .ok()
            .filter(|it| !it.is_empty())
            .ok_or_else(|| wrong(format!("the environment variable {name} is not set")))
    };
    let text = match (&server.token_env, &server.token_file, &server.username_env) {
        (Some(name), _, _) => format!("Bearer {}", variable(name)?),
        (None, Some(file), _) => {
            let shown = file.display();
            let size = std::fs::metadata(file)
                .map_err(|error| wrong(format!("{shown}: {error}")))?
                .len();
            if size > MAX_TOKEN_FILE {
                return Err(wrong(format!("{shown}: {size} bytes are no token")));
            }
            let token = std::fs::read_to_string(file).map_err(|error| wrong(format!("{shown}: {error}")))?;
            format!("Bearer {}", token.trim())
        }
        (None, None, Some(name)) => {
            let user = variable(name)?;
            let password = server.password_env.as_deref().map_or(Ok(String::new()), variable)?;
            format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
        }
        (None, None, None) => return Ok(None),
    };
    let mut value =
        HeaderValue::from_str(&text).map_err(|_| wrong("they hold characters that a header cannot".into()))?;
    // Kept out of debug output.
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let server = ServerSettings {
            uri: "http://a.example".into(),
            token_env: Some("DEEPFIX_TEST_NO_SUCH_VARIABLE".into()),
            ..ServerSettings::default()
        };
        let error = authorization(&server).unwrap_err().to_string();
        assert!(error.contains("DEEPFIX_TEST_NO_SUCH_VARIABLE is not set"), "{error}");
    }

    #[test]
    fn a_token_file_is_trimmed_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "s3cret\n").unwrap();
        let server = ServerSettings {
            token_file: Some(file.clone()),
            ..ServerSettings::default()
        };
        let value = authorization(&server).unwrap().unwrap();
        assert_eq!(value.to_str().unwrap(), "Bearer s3cret");
        assert!(!format!("{value:?}").contains("s3cret"));
        std::fs::write(&file, vec![b'x'; 70_000]).unwrap();
        assert!(authorization(&server).unwrap_err().to_string().contains("no token"));
    }
}
