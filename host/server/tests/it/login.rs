//! People with a browser sign in at the identity provider: there, back, and on to the page that they wanted.

use deepfix_config::{AccessConfig, LoginConfig, LoginToken, OidcConfig, RequireKeys};
use deepfix_server::Service;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    provider::{Provider, Signer},
    wire::{Answer, Server, config},
};

const BROWSER: &str = "accept: text/html\r\n";

fn oidc(provider: &Provider, token: LoginToken) -> OidcConfig {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "a secret\n").unwrap();
    let (_, path) = secret.keep().unwrap();
    OidcConfig {
        issuer: Some(provider.issuer.clone()),
        audience: if token == LoginToken::Id { "web" } else { "deepfix" }.to_owned(),
        login: Some(LoginConfig {
            client_id: "web".to_owned(),
            client_secret_env: None,
            client_secret_file: Some(path),
            redirect_uri: "http://127.0.0.1/sign-in/done".to_owned(),
            scopes: vec!["openid".to_owned(), "analyse".to_owned()],
            token,
        }),
        ..OidcConfig::default()
    }
}

async fn server(oidc: &OidcConfig) -> Server {
    let access = AccessConfig {
        require_keys: RequireKeys::Always,
        ..AccessConfig::default()
    };
    Server::of(&config(), |diagnosis, config| {
        Service::new(diagnosis, config).with_access(&access, &[], oidc).unwrap()
    })
    .await
}

async fn get(server: &Server, path: &str, headers: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{BROWSER}{headers}\r\n");
    server.send(request).await.answer().await
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// The cookies that an answer sets, as a browser sends them.
fn cookies(answer: &Answer) -> String {
    let set = answer.head.lines().filter_map(|it| it.strip_prefix("set-cookie: "));
    let all: Vec<&str> = set.filter_map(|it| it.split(';').next()).collect();
    format!("cookie: {}\r\n", all.join("; "))
}

/// Goes to the provider, and gives what it sends the browser back to, below the address of the server.
async fn at_provider(location: &str) -> String {
    let address = location.strip_prefix("http://").unwrap();
    let (address, path) = address.split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let back = answer.lines().find_map(|it| it.strip_prefix("location: ")).unwrap();
    back[back.find("/sign-in/done").unwrap()..].to_owned()
}

/// The whole way; `change` stands in for what may go wrong on the way back.
async fn sign_in(server: &Server, change: impl FnOnce(String, String) -> (String, String)) -> Answer {
    let begun = get(server, "/sign-in/provider?next=%2Fagents%3Fx%3D1", "").await;
    assert_eq!(begun.status, 303, "{begun:?}");
    let kept = begun.header("set-cookie").unwrap();
    assert!(kept.starts_with("deepfix_login_"), "{kept}");
    for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=600"] {
        assert!(kept.contains(part), "{kept}");
    }
    let back = at_provider(begun.header("location").unwrap()).await;
    let (back, kept) = change(back, cookies(&begun));
    get(server, &back, &kept).await
}

#[tokio::test]
async fn whoever_signs_in_at_the_provider_sees_the_page_that_was_wanted() {
    let signer = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    for token in [LoginToken::Access, LoginToken::Id] {
        let server = server(&oidc(&provider, token)).await;
        // What the ID token must say where it is what opens the pages.
        let own = json!({"tenant": "a", "scope": "read"});
        provider.gives(if token == LoginToken::Id { own } else { json!({}) }, json!({}));
        let refused = get(&server, "/agents?x=1", "").await;
        assert_eq!(refused.status, 401);
        assert!(
            text(&refused).contains("sign-in/provider?next=/agents%3Fx%3D1"),
            "{refused:?}"
        );
        let done = sign_in(&server, |back, kept| (back, kept)).await;
        assert_eq!(done.status, 200, "{done:?}");
        assert_eq!(done.header("refresh"), Some("0; url=../agents?x=1"));
        assert!(!text(&done).contains("name=\"key\""), "{done:?}");
        let shown = get(&server, "/agents?x=1", &cookies(&done)).await;
        assert_eq!(shown.status, 200, "{shown:?}");
    }
}

#[tokio::test]
async fn a_sign_in_that_is_not_this_browsers_opens_nothing() {
    let signer = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    let server = server(&oidc(&provider, LoginToken::Access)).await;
    let other = get(&server, "/sign-in/provider", "").await;
    let others = cookies(&other);
    let without = |it: &str, part: &str| {
        let (before, rest) = it.split_once(part).unwrap();
        format!("{before}{}", rest.split_once('&').map_or("", |(_, rest)| rest))
    };
    type Change = Box<dyn FnOnce(String, String) -> (String, String)>;
    let changes: [(&str, u16, Change); 6] = [
        (
            "not begun in this browser",
            400,
            Box::new(|back, _| (back, String::new())),
        ),
        (
            "not begun in this browser",
            400,
            Box::new(move |back, _| (back, others)),
        ),
        (
            "not begun in this browser",
            400,
            Box::new(move |back, kept| (without(&back, "state="), kept)),
        ),
        (
            "another provider",
            400,
            Box::new(|back, kept| (back.replace("iss=http", "iss=https"), kept)),
        ),
        (
            "did not take the code (400 Bad Request invalid_grant)",
            403,
            Box::new(|back, kept| (back.replace("code=code-", "code=made-up-"), kept)),
        ),
        (
            "did not sign you in: access_denied: not you",
            403,
            Box::new(|back, kept| {
                (
                    back.replace("?code=", "?error=access_denied&error_description=not+you&x="),
                    kept,
                )
            }),
        ),
    ];
    for (why, status, change) in changes {
        let done = sign_in(&server, change).await;
        assert_eq!(done.status, status, "{why}: {done:?}");
        assert!(
            text(&done).contains(why) && text(&done).contains("sign-in/provider"),
            "{why}: {done:?}"
        );
        assert!(!cookies(&done).contains("deepfix_session"), "{why}");
    }
}

#[tokio::test]
async fn tokens_that_are_not_for_this_sign_in_open_nothing() {
    let signer = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    let server = server(&oidc(&provider, LoginToken::Access)).await;
    let long = "g".repeat(5000);
    let cases: [(&str, u16, Value, Value); 6] = [
        ("another `nonce`", 400, json!({"nonce": "made-up"}), json!({})),
        ("another client", 400, json!({"azp": "other"}), json!({})),
        ("not valid here", 502, json!({"aud": "other"}), json!({})),
        ("opens nothing here", 403, json!({}), json!({"aud": "other"})),
        ("names the tenant", 403, json!({}), json!({"tenant": null})),
        ("a browser keeps 3900", 403, json!({}), json!({"groups": long})),
    ];
    for (why, status, id, access) in cases {
        provider.gives(id, access);
        let done = sign_in(&server, |back, kept| (back, kept)).await;
        assert_eq!(done.status, status, "{why}: {done:?}");
        assert!(text(&done).contains(why), "{why}: {done:?}");
        assert!(!cookies(&done).contains("deepfix_session"), "{why}");
    }
}

#[tokio::test]
async fn a_changed_secret_is_taken_up_by_the_next_sign_in() {
    let signer = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    let oidc = oidc(&provider, LoginToken::Access);
    let server = server(&oidc).await;
    let file = oidc.login.unwrap().client_secret_file.unwrap();
    std::fs::write(&file, "another").unwrap();
    let wrong = sign_in(&server, |back, kept| (back, kept)).await;
    assert!(text(&wrong).contains("invalid_client"), "{wrong:?}");
    std::fs::remove_file(&file).unwrap();
    let without = sign_in(&server, |back, kept| (back, kept)).await;
    assert_eq!(without.status, 500, "{without:?}");
    std::fs::write(&file, "a secret").unwrap();
    assert_eq!(sign_in(&server, |back, kept| (back, kept)).await.status, 200);
}

#[tokio::test]
async fn without_a_login_nobody_is_led_to_the_provider() {
    let provider = Provider::start(&[]).await;
    let oidc = OidcConfig {
        login: None,
        ..oidc(&provider, LoginToken::Access)
    };
    let server = server(&oidc).await;
    for path in ["/sign-in/provider", "/sign-in/done?code=x&state=y"] {
        server.get(path).await.problem(404, "not_found");
    }
    assert!(!text(&get(&server, "/sign-in", "").await).contains("sign-in/provider"));
}
