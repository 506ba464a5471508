//! Tenants: each has its own analyses, agents, rates and times, and an administrator none of them.

use deepfix_config::{ServerConfig, TenantConfig};
use deepfix_history::NewAnalysis;
use deepfix_server::Control;

use super::*;
use crate::{fake::reaches, history::analysis, wire::soon};

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
