//! Tokens of an identity provider (OpenID Connect): JWTs that are signed with one of its keys, for this
//! service, and still hold. Who may sign, and how, is fixed by the configuration; nothing in a token
//! decides how it is checked (RFC 8725, "JSON Web Token Best Current Practices").

use std::{str::FromStr as _, sync::Arc};

use deepfix_config::OidcConfig;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, Jwk, PublicKeyUse},
};
use serde_json::{Map, Value as Json};

use super::{
    Scope,
    login::Login,
    provider::{Provider, ProviderError},
};

/// Why tokens cannot be checked at all.
#[derive(Debug, thiserror::Error)]
#[error("[oidc] {key}: {reason}")]
pub struct TokensError {
    pub(crate) key: &'static str,
    pub(crate) reason: String,
}

/// Why one token was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// It proves nothing.
    #[error("{0}")]
    Invalid(String),
    /// The provider did not tell its keys.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// Who has a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bearer {
    pub(crate) subject: String,
    pub(crate) tenant: String,
    pub(crate) scopes: Vec<Scope>,
}

/// Checks tokens. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tokens(Arc<Inner>);

struct Inner {
    config: OidcConfig,
    issuer: String,
    algorithms: Vec<Algorithm>,
    provider: Provider,
    login: Option<Login>,
}

impl Tokens {
    /// None where no provider is configured.
    pub(crate) fn new(config: &OidcConfig) -> Result<Option<Self>, TokensError> {
        let Some(issuer) = &config.issuer else {
            return Ok(None);
        };
        let algorithms = config.algorithms.iter().map(|it| {
            Algorithm::from_str(it).map_err(|_| TokensError {
                key: "algorithms",
                reason: format!("found `{it}`, expected the name of a signature such as `RS256`"),
            })
        });
        Ok(Some(Self(Arc::new(Inner {
            issuer: issuer.clone(),
            algorithms: algorithms.collect::<Result<_, _>>()?,
            provider: Provider::new(config, issuer)?,
            login: config.login.as_ref().map(Login::new).transpose()?,
            config: config.clone(),
        }))))
    }

    /// Whether a text has the form of a token: three parts.
    pub(crate) fn is_token(text: &str) -> bool {
        text.split('.').count() == 3 && text.len() > 20
    }

    /// How people sign in at the provider, where they can.
    pub(super) fn login(&self) -> Option<(&Login, &Provider)> {
        Some((self.0.login.as_ref()?, &self.0.provider))
    }

    /// Who the provider is.
    pub(super) fn issuer(&self) -> &str {
        &self.0.issuer
    }

    pub(crate) async fn check(&self, token: &str) -> Result<Bearer, TokenError> {
        let claims = self.claims(token, &self.0.config.audience).await?;
        self.bearer(&claims)
    }

    /// What a token says, once it is proven to be the provider's, for that audience, and to hold.
    pub(super) async fn claims(&self, token: &str, audience: &str) -> Result<Map<String, Json>, TokenError> {
        let it = &self.0;
        let invalid = |why: &str| TokenError::Invalid(why.to_owned());
        let header = decode_header(token).map_err(|_| invalid("the token's header cannot be read"))?;
        if !it.algorithms.contains(&header.alg) {
            let taken = it.config.algorithms.join(", ");
            return Err(TokenError::Invalid(format!(
                "the token is signed with {:?}; taken are {taken} (`[oidc] algorithms`)",
                header.alg
            )));
        }
        let jwk = it.provider.key(header.kid.as_deref()).await?;
        let jwk =
            jwk.ok_or_else(|| invalid("the token is signed with a key that the identity provider does not have"))?;
        if !signs_with(&jwk, header.alg) {
            return Err(invalid("the token's signature is not of its key's kind"));
        }
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| invalid("the identity provider's key cannot be used"))?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&it.issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.validate_nbf = true;
        validation.leeway = it.config.leeway.as_secs();
        decode::<Map<String, Json>>(token, &key, &validation)
            .map(|it| it.claims)
            .map_err(|error| TokenError::Invalid(format!("the token is not valid here: {error}")))
    }

    fn bearer(&self, claims: &Map<String, Json>) -> Result<Bearer, TokenError> {
        let config = &self.0.config;
        let tenant = match config.tenant_claim.as_str() {
            "" => String::new(),
            // Never the tenant without a name for want of a claim.
            name => match claim(claims, name) {
                Some(Json::String(tenant)) if !tenant.is_empty() => tenant.clone(),
                _ => {
                    return Err(TokenError::Invalid(format!(
                        "the token has no text `{name}`, which names the tenant (`[oidc] tenant_claim`)"
                    )));
                }
            },
        };
        let named: Vec<&str> = match claim(claims, &config.scope_claim) {
            Some(Json::String(text)) => text.split_whitespace().collect(),
            Some(Json::Array(list)) => list.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let has = |scope: &Scope| {
            let own = |it: &&str| it.strip_prefix(config.scope_prefix.as_str()) == Some(scope.as_str());
            named.iter().any(own)
        };
        Ok(Bearer {
            subject: claims.get("sub").and_then(Json::as_str).unwrap_or_default().to_owned(),
            tenant,
            scopes: Scope::ALL.into_iter().filter(has).collect(),
        })
    }
}

/// A claim by its name, or by a path with dots.
fn claim<'a>(claims: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    claim(claims.get(first)?.as_object()?, rest)
}

/// Whether a key of the provider is for this signature. A shared secret never is.
fn signs_with(jwk: &Jwk, algorithm: Algorithm) -> bool {
    let stated = jwk
        .common
        .key_algorithm
        .is_none_or(|it| format!("{it:?}") == format!("{algorithm:?}"));
    let for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let family = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => matches!(
            algorithm,
            Algorithm::RS256
                | Algorithm::RS384
                | Algorithm::RS512
                | Algorithm::PS256
                | Algorithm::PS384
                | Algorithm::PS512
        ),
        AlgorithmParameters::EllipticCurve(_) => matches!(algorithm, Algorithm::ES256 | Algorithm::ES384),
        AlgorithmParameters::OctetKeyPair(_) => algorithm == Algorithm::EdDSA,
        AlgorithmParameters::OctetKey(_) => false,
    };
    stated && for_signatures && family
}
