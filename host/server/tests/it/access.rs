//! Who may do what: names of the server, tokens, tenants, administration.

use std::{sync::atomic::Ordering, time::Duration};

use deepfix_config::{AccessConfig, OidcConfig, RequireKeys, ServerConfig, TenantConfig};
use deepfix_history::{NewAnalysis, now};
use deepfix_server::{Control, Scope, Service, mint};
use serde_json::{Value, json};

use crate::{
    fake::{Fake, reaches},
    history::analysis,
    provider::{Provider, Signer, patient},
    wire::{Answer, Server, config, open, post, soon},
};

fn always() -> AccessConfig {
    AccessConfig {
        require_keys: RequireKeys::Always,
        ..AccessConfig::default()
    }
}

async fn ask(server: &Server, method: &str, path: &str, headers: &str) -> Answer {
    let request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
    server.send(request).await.answer().await
}

async fn analyse(server: &Server, path: &str, what: &str, headers: &str) -> Answer {
    let headers = format!("content-type: application/json\r\n{headers}");
    let request = post(path, &headers, format!(r#"{{"do": "{what}"}}"#));
    server.send(request).await.answer().await
}

fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

#[tokio::test]
async fn on_loopback_a_name_of_somebody_else_is_refused() {
    let access = AccessConfig {
        allowed_hosts: vec!["deepfix.example".to_owned()],
        ..AccessConfig::default()
    };
    let server = Server::of(&config(), |diagnosis, config| {
        let none = OidcConfig::default();
        Service::new(diagnosis, config)
            .with_access(&access, &[], &none)
            .unwrap()
    })
    .await;
    for (host, status) in [
        ("127.0.0.1:8844", 200),
        ("localhost", 200),
        ("deepfix.example", 200),
        ("rebound.example:8844", 421),
    ] {
        let request = format!("GET /v1/agents HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let answer = server.send(request).await.answer().await;
        assert_eq!(answer.status, status, "{host}");
        if status == 421 {
            let problem = answer.problem(421, "wrong_host");
            assert!(
                problem["detail"].as_str().unwrap().contains("[access] allowed_hosts"),
                "{problem}"
            );
        }
    }
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

fn tenant(name: &str) -> TenantConfig {
    TenantConfig {
        name: name.to_owned(),
        agents: None,
        requests_per_minute: None,
        burst: None,
        max_requests: None,
        llm_calls: None,
        llm_tokens: None,
        retention: None,
    }
}

struct Tenants {
    server: Server,
    control: Control,
    keys: Vec<String>,
    _folder: tempfile::TempDir,
}

/// A server with a key for each of `a` and `b`, and one of an administrator.
async fn with_tenants(tenants: &[TenantConfig]) -> Tenants {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.db").display().to_string();
    let history = open(&file, 4).await;
    let mut keys = Vec::new();
    for (tenant, scopes) in [
        ("a", &[Scope::Analyse, Scope::Read][..]),
        ("b", &[Scope::Analyse, Scope::Read]),
        ("", &[Scope::Admin]),
    ] {
        let minted = mint(tenant, "test", scopes, None).unwrap();
        history.add_key(&minted.stored).await.unwrap();
        keys.push(format!("x-api-key: {}\r\n", minted.key));
    }
    let config = ServerConfig {
        drain_timeout: Duration::from_millis(200),
        ..config()
    };
    let mut control = None;
    let server = Server::of(&config, |diagnosis, config| {
        let service = Service::new(diagnosis, config)
            .with_history(history, Duration::from_secs(3600), false)
            .with_access(&always(), tenants, &OidcConfig::default())
            .unwrap();
        control = Some(service.control());
        service
    })
    .await;
    Tenants {
        server,
        control: control.unwrap(),
        keys,
        _folder: folder,
    }
}

#[tokio::test]
async fn a_tenant_sees_nothing_of_another() {
    let it = with_tenants(&[]).await;
    let (a, b) = (it.keys[0].as_str(), it.keys[1].as_str());
    let first = analyse(&it.server, "/v1/analyse", "of a", a).await;
    let second = analyse(&it.server, "/v1/analyse", "of b", b).await;
    let place = |answer: &Answer| format!("/v1/{}", answer.header("content-location").unwrap());
    let (of_a, of_b) = (place(&first), place(&second));
    let id = |place: &str| place.rsplit('/').next().unwrap().to_owned();
    let job = analyse(&it.server, "/v2/analyse", "hang", a).await.json()["job_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let job = format!("/v2/jobs/{job}");
    let compared = format!("/v1/analyses/{}/compare/{}", id(&of_a), id(&of_b));
    let page = format!("/analyses/{}", id(&of_a));
    for (method, path) in [
        ("GET", &of_a),
        ("DELETE", &of_a),
        ("GET", &page),
        ("GET", &compared),
        ("GET", &job),
        ("DELETE", &job),
    ] {
        let answer = ask(&it.server, method, path, b).await;
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text());
        assert!(!answer.text().contains("of a"), "{}", answer.text());
    }
    let listed = ask(&it.server, "GET", "/v1/analyses", b).await.json();
    assert_eq!(listed["analyses"].as_array().unwrap().len(), 1);
    assert_eq!(listed["analyses"][0]["dataset_name"], "of b");
    // What is counted is the operator's; a tenant's key does not open it.
    ask(&it.server, "GET", "/metrics", a).await.problem(403, "forbidden");
    // And its own is all there.
    assert_eq!(ask(&it.server, "GET", &of_a, a).await.status, 200);
    assert_eq!(ask(&it.server, "GET", &page, a).await.status, 200);
    assert_eq!(ask(&it.server, "DELETE", &job, a).await.json()["status"], "FAILED");
}

#[tokio::test]
async fn a_tenant_has_its_own_agents_rates_and_places() {
    let limited = TenantConfig {
        agents: Some(Vec::new()),
        requests_per_minute: Some(1),
        burst: Some(5),
        max_requests: Some(1),
        ..tenant("a")
    };
    let it = with_tenants(&[limited]).await;
    let (a, b) = (it.keys[0].as_str(), it.keys[1].as_str());
    let agents = async |key: &str| {
        ask(&it.server, "GET", "/v1/agents", key).await.json()["agents"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((agents(a).await, agents(b).await), (0, 1));
    let hanging = analyse(&it.server, "/v2/analyse", "gate", a).await;
    assert_eq!(hanging.status, 202);
    reaches(&it.server.fake.begun, 1).await;
    let refused = analyse(&it.server, "/v1/analyse", "x", a).await;
    assert!(
        refused.problem(429, "overloaded")["detail"]
            .as_str()
            .unwrap()
            .contains("max_requests")
    );
    assert_eq!(
        analyse(&it.server, "/v1/analyse", "x", b).await.status,
        200,
        "others have theirs"
    );
    it.server.fake.gate.add_permits(1);
    let allowances = it.server.fake.allowances.lock().unwrap().clone();
    assert_eq!(allowances, [false, true], "whether the agent may be used");
    // Five at once, and three were made.
    assert_eq!(ask(&it.server, "GET", "/v1/agents", a).await.status, 200);
    assert_eq!(ask(&it.server, "GET", "/v1/agents", a).await.status, 200);
    ask(&it.server, "GET", "/v1/agents", a)
        .await
        .problem(429, "rate_limited");
    assert_eq!(ask(&it.server, "GET", "/v1/agents", b).await.status, 200);
}

#[tokio::test]
async fn rules_change_while_the_server_runs() {
    let it = with_tenants(&[]).await;
    let a = it.keys[0].as_str();
    let agents = async || {
        ask(&it.server, "GET", "/v1/agents", a).await.json()["agents"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(agents().await, 1);
    let none = TenantConfig {
        agents: Some(Vec::new()),
        ..tenant("a")
    };
    it.control.apply(&always(), &[none], &OidcConfig::default()).unwrap();
    assert_eq!(agents().await, 0);
    let unreadable = OidcConfig {
        issuer: Some("https://issuer.example".to_owned()),
        ca_file: Some("/no/such/file.pem".into()),
        ..OidcConfig::default()
    };
    assert!(it.control.apply(&always(), &[], &unreadable).is_err());
    assert_eq!(agents().await, 0, "everything stays as it was");
}

#[tokio::test]
async fn administration_needs_its_scope() {
    let it = with_tenants(&[]).await;
    let (a, admin) = (it.keys[0].as_str(), it.keys[2].as_str());
    for (method, path) in [("POST", "/v1/admin/reload"), ("GET", "/metrics")] {
        ask(&it.server, method, path, "").await.problem(401, "unauthorized");
        ask(&it.server, method, path, a).await.problem(403, "forbidden");
    }
    assert_eq!(ask(&it.server, "POST", "/v1/admin/reload", admin).await.status, 200);
    // A proxy's word of somebody elsewhere does not matter where a key proves who it is.
    let via = format!("{admin}x-forwarded-for: 10.0.0.1\r\n");
    assert_eq!(ask(&it.server, "POST", "/v1/admin/reload", &via).await.status, 200);
    ask(&it.server, "GET", "/v1/agents", admin)
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn a_key_is_not_looked_up_at_each_request_and_a_revoked_one_ends() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.db").display().to_string();
    let history = open(&file, 4).await;
    let minted = mint("a", "test", &[Scope::Read], None).unwrap();
    history.add_key(&minted.stored).await.unwrap();
    let key = format!("x-api-key: {}\r\n", minted.key);
    for (age, after) in [(Duration::from_secs(3600), 200), (Duration::ZERO, 401)] {
        let access = AccessConfig {
            key_cache: age,
            ..always()
        };
        let (opened, access) = (history.clone(), &access);
        let server = Server::of(&config(), |diagnosis, config| {
            Service::new(diagnosis, config)
                .with_history(opened, Duration::from_secs(3600), false)
                .with_access(access, &[], &OidcConfig::default())
                .unwrap()
        })
        .await;
        if after == 200 {
            assert_eq!(ask(&server, "GET", "/v1/agents", &key).await.status, 200);
            assert!(history.revoke_key(&minted.stored.id).await.unwrap());
        }
        assert_eq!(ask(&server, "GET", "/v1/agents", &key).await.status, after);
    }
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

#[tokio::test]
async fn a_tenants_analyses_are_kept_for_its_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.db").display().to_string();
    let history = open(&file, 4).await;
    for tenant in ["a", "b"] {
        let analysis = NewAnalysis {
            tenant: tenant.to_owned(),
            created_at: now() - 60_000,
            ..analysis(&format!("of {tenant}"), "{}")
        };
        history.add(&analysis).await.unwrap();
    }
    let short = TenantConfig {
        retention: Some(Duration::from_secs(30)),
        ..tenant("a")
    };
    let opened = history.clone();
    let _server = Server::of(&config(), |diagnosis, config| {
        Service::new(diagnosis, config)
            .with_history(opened, Duration::from_secs(3600), false)
            .with_access(&AccessConfig::default(), &[short], &OidcConfig::default())
            .unwrap()
    })
    .await;
    let forgotten = async {
        while history.get("a", "of a").await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    soon("that of a is forgotten", forgotten).await;
    assert!(history.get("b", "of b").await.unwrap().is_some());
}

#[tokio::test]
async fn keys_are_needed_on_every_address_but_loopback() {
    let service = |access: AccessConfig| {
        let none = OidcConfig::default();
        Service::new(Fake::new(), &config())
            .with_access(&access, &[], &none)
            .unwrap()
    };
    let (here, anywhere) = ("127.0.0.1:1".parse().unwrap(), "0.0.0.0:1".parse().unwrap());
    let auto = service(AccessConfig::default());
    assert!(!auto.needs_keys_on(here) && auto.needs_keys_on(anywhere));
    let always = service(always());
    assert!(always.needs_keys_on(here) && always.needs_keys_on(anywhere));
}
