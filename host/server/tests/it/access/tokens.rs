//! Tokens of a provider: what a good one opens, which are refused, whose keys are looked for.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::*;
use crate::provider::{Provider, Signer, patient};

fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

async fn with_provider(provider: &Provider) -> Server {
    let oidc = OidcConfig {
        issuer: Some(provider.issuer.clone()),
        audience: "deepfix".to_owned(),
        ..patient()
    };
    Server::of(&config(), |diagnosis, config| {
        Service::new(diagnosis, config)
            .with_access(&always(), &[], &oidc)
            .unwrap()
    })
    .await
}

fn encoded(value: &Value) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let text = value.to_string();
    text.as_bytes()
        .chunks(3)
        .flat_map(|it| {
            let bits = (0..3).fold(0_u32, |bits, n| bits << 8 | u32::from(*it.get(n).unwrap_or(&0)));
            (0..=it.len()).map(move |n| DIGITS[(bits >> (18 - 6 * n) & 63) as usize] as char)
        })
        .collect()
}

#[tokio::test]
async fn a_good_token_opens_what_its_scopes_say() {
    let (elliptic, rsa) = (Signer::elliptic("e1"), Signer::rsa("r1"));
    let provider = Provider::start(&[&elliptic, &rsa]).await;
    let server = with_provider(&provider).await;
    for signer in [&elliptic, &rsa] {
        let token = signer.sign(&provider.claims(&json!({})));
        assert_eq!(ask(&server, "GET", "/v1/agents", &bearer(&token)).await.status, 200);
        assert_eq!(analyse(&server, "/v1/analyse", "x", &bearer(&token)).await.status, 200);
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1, "its keys are kept");
    for scopes in [json!("openid read"), json!(["read"])] {
        let token = elliptic.sign(&provider.claims(&json!({"scope": scopes})));
        assert_eq!(ask(&server, "GET", "/v1/agents", &bearer(&token)).await.status, 200);
        analyse(&server, "/v1/analyse", "x", &bearer(&token))
            .await
            .problem(403, "forbidden");
    }
    let audiences = elliptic.sign(&provider.claims(&json!({"aud": ["other", "deepfix"]})));
    assert_eq!(ask(&server, "GET", "/v1/agents", &bearer(&audiences)).await.status, 200);
    // Clocks differ a little.
    let just_over = elliptic.sign(&provider.claims(&json!({"exp": now() / 1000 - 5})));
    assert_eq!(ask(&server, "GET", "/v1/agents", &bearer(&just_over)).await.status, 200);
}

#[tokio::test]
async fn a_token_that_is_not_good_here_is_refused() {
    let signer = Signer::elliptic("e1");
    let stranger = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    let server = with_provider(&provider).await;
    let now = now() / 1000;
    let of = |other: Value| signer.sign(&provider.claims(&other));
    let good = of(json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = format!("{}.{}.", encoded(&json!({"alg": "none", "typ": "JWT"})), parts[1]);
    // Whoever knows the public key could make this one: it must not be taken for a shared secret.
    let secret = signer.public()["x"].as_str().unwrap();
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.kid = Some("e1".to_owned());
    let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
    let confused = jsonwebtoken::encode(&header, &provider.claims(&json!({})), &key).unwrap();
    for (why, token) in [
        ("another audience", of(json!({"aud": "other"}))),
        ("no audience", of(json!({"aud": null}))),
        ("another issuer", of(json!({"iss": "https://other.example"}))),
        ("expired", of(json!({"exp": now - 3600}))),
        ("no end", of(json!({"exp": null}))),
        ("not yet", of(json!({"nbf": now + 3600}))),
        ("no tenant", of(json!({"tenant": null}))),
        ("an empty tenant", of(json!({"tenant": ""}))),
        (
            "another's key of the same id",
            stranger.sign(&provider.claims(&json!({}))),
        ),
        (
            "another payload",
            format!(
                "{}.{}.{}",
                parts[0],
                encoded(&provider.claims(&json!({"tenant": "b"}))),
                parts[2]
            ),
        ),
        ("no signature", unsigned),
        ("a shared secret", confused),
        ("no token at all", "this.is.not-a-token-of-any-kind".to_owned()),
    ] {
        let answer = ask(&server, "GET", "/v1/agents", &bearer(&token)).await;
        assert_eq!(answer.status, 401, "{why}: {}", answer.text());
        answer.problem(401, "unauthorized");
        assert!(!answer.text().contains(parts[2]), "{why}: the token is told");
    }
    assert_eq!(ask(&server, "GET", "/v1/agents", &bearer(&good)).await.status, 200);
}

#[tokio::test]
async fn a_key_that_is_not_known_is_looked_for_once() {
    let (old, new) = (Signer::elliptic("old"), Signer::elliptic("new"));
    let provider = Provider::start(&[&old]).await;
    let server = with_provider(&provider).await;
    let claims = provider.claims(&json!({}));
    let status = async |signer: &Signer| {
        ask(&server, "GET", "/v1/agents", &bearer(&signer.sign(&claims)))
            .await
            .status
    };
    assert_eq!(status(&old).await, 200);
    provider.publish(&[&new]);
    assert_eq!(status(&new).await, 200, "the provider rotated its keys");
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
    assert_eq!(status(&old).await, 401, "withdrawn");
    assert_eq!(provider.asked.load(Ordering::SeqCst), 3);
    for made_up in ["x", "y", "z"] {
        assert_eq!(status(&old.called(made_up)).await, 401);
    }
    assert_eq!(
        provider.asked.load(Ordering::SeqCst),
        3,
        "made-up keys do not reach the provider"
    );
    assert_eq!(status(&new).await, 200);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_no_verdict_on_the_token() {
    let signer = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    let token = signer.sign(&provider.claims(&json!({})));
    let oidc = OidcConfig {
        issuer: Some(provider.issuer.clone()),
        audience: "deepfix".to_owned(),
        // Nobody listens there.
        jwks_uri: Some("http://127.0.0.1:1/keys".to_owned()),
        ..OidcConfig::default()
    };
    let server = Server::of(&config(), |diagnosis, config| {
        Service::new(diagnosis, config)
            .with_access(&always(), &[], &oidc)
            .unwrap()
    })
    .await;
    let answer = ask(&server, "GET", "/v1/agents", &bearer(&token)).await;
    answer.problem(503, "provider_unavailable");
    assert!(answer.header("retry-after").is_some());
}
