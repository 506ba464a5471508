//! The section `[oidc.login]`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{ConfigError, load::Checker, oidc::is_safe};

/// Where a browser comes back to, below the address that people use.
pub const LOGIN_PATH: &str = "/sign-in/done";
/// The scope that makes it OpenID Connect ("OpenID Connect Core 1.0", 3.1.2.1).
const OPENID: &str = "openid";

/// Which of the provider's two tokens opens the pages afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginToken {
    /// The access token: it must be a JWT with `[oidc] audience`.
    Access,
    /// The ID token: its audience is the client id.
    Id,
}

/// How people with a browser sign in at the provider: by the authorization code flow with PKCE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginConfig {
    /// The name that the provider knows this server by.
    pub client_id: String,
    /// The environment variable with the client's secret; public clients have none.
    pub client_secret_env: Option<String>,
    /// The file with it.
    pub client_secret_file: Option<PathBuf>,
    /// The address that the provider sends browsers back to, as it is registered there.
    pub redirect_uri: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// What is kept.
    pub token: LoginToken,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawLogin {
    client_id: String,
    client_secret_env: String,
    client_secret_file: String,
    redirect_uri: String,
    scopes: Option<Vec<String>>,
    token: Option<LoginToken>,
}

pub(crate) fn login(
    checker: &Checker<'_>,
    raw: RawLogin,
    without_issuer: bool,
) -> Result<Option<LoginConfig>, ConfigError> {
    if raw.client_id.is_empty() {
        let others = [&raw.client_secret_env, &raw.client_secret_file, &raw.redirect_uri];
        if others.iter().any(|it| !it.is_empty()) {
            let expected = "the name that the provider knows this server by";
            return Err(checker.wrong("oidc.login.client_id", "nothing", expected));
        }
        return Ok(None);
    }
    if without_issuer {
        return Err(checker.wrong("oidc.issuer", "nothing", "the provider that people sign in at"));
    }
    if !is_safe(&raw.redirect_uri) || !raw.redirect_uri.ends_with(LOGIN_PATH) {
        let expected = format!(
            "the address of this server as people use it (https, or this machine), with `{LOGIN_PATH}` at its end"
        );
        return Err(checker.wrong("oidc.login.redirect_uri", format!("`{}`", raw.redirect_uri), expected));
    }
    if !raw.client_secret_env.is_empty() && !raw.client_secret_file.is_empty() {
        let expected = "one of `client_secret_env` and `client_secret_file`";
        return Err(checker.wrong("oidc.login.client_secret_file", "both", expected));
    }
    let scopes = raw.scopes.unwrap_or_else(|| vec![OPENID.to_owned()]);
    if !scopes.iter().any(|it| it == OPENID) {
        let expected = format!("`{OPENID}` among them: without it there is no ID token that says who signed in");
        return Err(checker.wrong("oidc.login.scopes", format!("`{}`", scopes.join(" ")), expected));
    }
    let filled = |it: String| (!it.is_empty()).then_some(it);
    Ok(Some(LoginConfig {
        client_id: raw.client_id,
        client_secret_env: filled(raw.client_secret_env),
        client_secret_file: filled(raw.client_secret_file).map(|it| checker.path(Path::new(&it))),
        redirect_uri: raw.redirect_uri,
        scopes,
        token: raw.token.unwrap_or(LoginToken::Access),
    }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Config;

    const PROVIDER: &str = "[oidc]\nissuer = \"https://id.example\"\naudience = \"deepfix\"\n[oidc.login]\n";

    fn parse(login: &str) -> Result<Option<LoginConfig>, ConfigError> {
        let text = format!("{PROVIDER}{login}\n[reasoner]\nname = \"R\"\ncomponent = \"r.wasm\"\n");
        Config::parse(Path::new("/etc/deepfix.toml"), &text, std::iter::empty()).map(|it| it.oidc.login)
    }

    #[test]
    fn a_login_is_read() {
        let login = parse(
            "client_id = \"web\"\nclient_secret_file = \"secret\"\nredirect_uri = \
             \"https://deepfix.example/x/sign-in/done\"\ntoken = \"id\"",
        );
        let login = login.unwrap().unwrap();
        assert_eq!(login.client_secret_file.as_deref(), Some(Path::new("/etc/secret")));
        assert_eq!((login.token, login.scopes), (LoginToken::Id, vec!["openid".to_owned()]));
        assert_eq!(parse("").unwrap(), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = "redirect_uri = \"https://a.example/sign-in/done\"\n";
        for (login, named) in [
            ("redirect_uri = \"https://a.example/sign-in/done\"", "client_id"),
            ("client_id = \"a\"", "redirect_uri"),
            (
                "client_id = \"a\"\nredirect_uri = \"http://a.example/sign-in/done\"",
                "redirect_uri",
            ),
            (
                "client_id = \"a\"\nredirect_uri = \"https://a.example/\"",
                "redirect_uri",
            ),
            (&format!("client_id = \"a\"\n{good}scopes = [\"email\"]"), "scopes"),
            (&format!("client_id = \"a\"\n{good}token = \"both\""), "token"),
            (
                &format!("client_id = \"a\"\n{good}client_secret_env = \"A\"\nclient_secret_file = \"b\""),
                "client_secret_file",
            ),
            (
                &format!("client_id = \"a\"\n{good}client_secret = \"hidden\""),
                "client_secret_env",
            ),
        ] {
            let error = parse(login).unwrap_err().to_string();
            assert!(error.contains(named), "{login}: {error}");
            assert!(!error.contains("hidden"), "{error}");
        }
    }
}
