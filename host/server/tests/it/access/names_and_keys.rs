//! Names of the server, the addresses on which keys are needed, and keys that are revoked.

use super::*;
use crate::fake::Fake;

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
