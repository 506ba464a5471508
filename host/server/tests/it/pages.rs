//! Pages: who gets one, what they may do, and signing in.

use std::time::Duration;

use deepfix_config::{AccessConfig, RequireKeys};
use deepfix_history::History;
use deepfix_server::{Scope, Service, mint};

use crate::wire::{Answer, Server, config, open, post};

const BROWSER: &str = "accept: text/html,application/xhtml+xml\r\n";

async fn get(server: &Server, path: &str, headers: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
    server.send(request).await.answer().await
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[tokio::test]
async fn browsers_get_pages_and_programs_get_json() {
    let server = Server::start().await;
    for path in ["/", "/analyses", "/agents", "/knowledge", "/sign-in", "/api/agents"] {
        let page = get(&server, path, BROWSER).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = page.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
    assert_eq!(server.get("/").await.json()["name"], "deepfix");
    assert_eq!(
        get(&server, "/v1/agents", BROWSER).await.json()["agents"][0]["name"],
        "Fake"
    );
    let lost = get(&server, "/nowhere", BROWSER).await;
    assert!(lost.status == 404 && text(&lost).contains("<h1"), "{lost:?}");
    server.get("/nowhere").await.problem(404, "not_found");
    let found = server.get("/v1/knowledge?q=x").await.json();
    assert!(found["passages"].is_array() && found["domains"].is_array());
    server
        .get("/v1/knowledge?limit=51")
        .await
        .problem(400, "invalid_parameter");
    let long = "x".repeat(3000);
    let answer = server.get(&format!("/v1/knowledge?q={long}")).await;
    answer.problem(400, "invalid_parameter");
}

async fn with_keys() -> (Server, History, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let history = open(&folder.path().join("h.db").display().to_string(), 2).await;
    let own = history.clone();
    let access = AccessConfig {
        require_keys: RequireKeys::Always,
        key_cache: Duration::ZERO,
        ..AccessConfig::default()
    };
    let server = Server::of(&config(), |diagnosis, config| {
        Service::new(diagnosis, config)
            .with_history(history, Duration::from_secs(3600), false)
            .with_access(&access, &[], &deepfix_config::OidcConfig::default())
            .unwrap()
    })
    .await;
    (server, own, folder)
}

#[tokio::test]
async fn a_key_in_a_cookie_opens_pages_and_nothing_else() {
    let (server, history, _folder) = with_keys().await;
    let minted = mint("t", "n", &[Scope::Read], None).unwrap();
    history.add_key(&minted.stored).await.unwrap();
    for path in ["/", "/analyses", "/agents", "/knowledge", "/v1/analyses"] {
        let asked = get(&server, path, BROWSER).await;
        assert!(
            asked.status == 401 && text(&asked).contains("name=\"key\""),
            "{path}: {asked:?}"
        );
    }
    let form = format!("key={}&next=%2Fagents", minted.key);
    let signed = post("/sign-in", "content-type: application/x-www-form-urlencoded\r\n", form);
    let signed = server.send(signed).await.answer().await;
    assert_eq!((signed.status, signed.header("location")), (303, Some("./agents")));
    let cookie = signed.header("set-cookie").unwrap().to_owned();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = format!("cookie: {}\r\n", cookie.split(';').next().unwrap());
    assert_eq!(get(&server, "/agents", &format!("{BROWSER}{cookie}")).await.status, 200);
    // The API asks for the header: no form of another site can send that.
    get(&server, "/v1/analyses", &cookie).await.problem(401, "unauthorized");
    // A key that is taken back opens nothing, at once.
    history.revoke_key(&minted.stored.id).await.unwrap();
    let gone = get(&server, "/agents", &format!("{BROWSER}{cookie}")).await;
    assert!(gone.status == 401 && text(&gone).contains("role=\"alert\""), "{gone:?}");
    let out = server.send(post("/sign-out", &cookie, "")).await.answer().await;
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn over_tls_the_cookie_never_goes_without() {
    let server = Server::start().await;
    let sign_in = |origin: &str| {
        let headers = format!("content-type: application/x-www-form-urlencoded\r\n{origin}");
        post("/sign-in", &headers, "key=dfx_1_2")
    };
    let over_tls = sign_in("origin: https://localhost\r\nsec-fetch-site: same-origin\r\n");
    let answer = server.send(over_tls).await.answer().await;
    assert!(answer.header("set-cookie").unwrap().contains("; Secure"));
    let plain = server
        .send(sign_in("origin: http://localhost\r\n"))
        .await
        .answer()
        .await;
    assert!(!plain.header("set-cookie").unwrap().contains("Secure"));
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_is_refused() {
    let server = Server::start().await;
    for headers in [
        "sec-fetch-site: cross-site\r\n",
        "sec-fetch-site: same-site\r\n",
        "origin: http://evil.example\r\n",
        "origin: null\r\n",
    ] {
        for path in [
            "/sign-in",
            "/sign-out",
            "/v1/uploads",
            // A body without a type needs no leave of this server.
            "/v1/analyse",
            "/v1/analyze",
            "/v2/analyse",
            "/api/v1/analyse",
            "/v1/admin/reload",
        ] {
            let answer = server.send(post(path, headers, r#"{"do": "x"}"#)).await.answer().await;
            answer.problem(403, "cross_site");
        }
    }
    assert_eq!(*server.fake.decoded.borrow(), 0, "nothing was done for it");
    // Programs, and this server's own pages.
    for headers in [
        "",
        "sec-fetch-site: same-origin\r\norigin: http://localhost\r\n",
        "sec-fetch-site: none\r\n",
        "origin: http://LOCALHOST\r\n",
    ] {
        let answer = server.send(post("/v1/analyse", headers, r#"{"do": "x"}"#)).await;
        assert_eq!(answer.answer().await.status, 200, "{headers}");
    }
}

#[tokio::test]
async fn after_signing_in_people_are_where_they_wanted_to_be_behind_any_prefix() {
    let (server, ..) = with_keys().await;
    for (method, path, next) in [
        ("GET", "/analyses?code=a.b", "/analyses?code=a.b"),
        // The form below `/api` is at `/api/sign-in`: what follows is relative to that.
        ("GET", "/api/agents", "/agents"),
        // There is nothing to see at what takes a form.
        ("POST", "/v1/uploads", "/"),
    ] {
        let request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{BROWSER}\r\n");
        let page = server.send(request).await.answer().await;
        assert_eq!(page.status, 401, "{path}");
        let field = format!("name=\"next\" value=\"{next}\"");
        assert!(text(&page).contains(&field), "{path}: {}", text(&page));
        let form = format!("key=dfx_1_2&next={}", next.replace('?', "%3F").replace('=', "%3D"));
        let signed = post("/sign-in", "content-type: application/x-www-form-urlencoded\r\n", form);
        let signed = server.send(signed).await.answer().await;
        assert_eq!(signed.header("location"), Some(format!(".{next}").as_str()));
    }
    let elsewhere = format!("{BROWSER}sec-fetch-site: cross-site\r\n");
    let page = get(&server, "/analyses/1", &elsewhere).await;
    assert!(text(&page).contains("href=\"../analyses/1\""), "{}", text(&page));
}

#[tokio::test]
async fn what_is_no_key_and_where_not_to_go_is_refused() {
    let server = Server::start().await;
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    for key in ["", "a%3Bb", "a%0d%0aset-cookie:x", "%C3%A9"] {
        let answer = server
            .send(post("/sign-in", form, format!("key={key}")))
            .await
            .answer()
            .await;
        assert!(
            answer.status == 422 && answer.header("set-cookie").is_none(),
            "{key}: {answer:?}"
        );
        assert!(text(&answer).contains("role=\"alert\""), "{key}: {answer:?}");
    }
    for next in ["%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example"] {
        let answer = server
            .send(post("/sign-in", form, format!("key=dfx&next={next}")))
            .await
            .answer()
            .await;
        assert_eq!(answer.header("location"), Some("./"), "{next}");
    }
    let large = format!("key={}", "x".repeat(20 << 10));
    let answer = server.send(post("/sign-in", form, large)).await.answer().await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
}
