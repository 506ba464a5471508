//! People with a browser sign in at the identity provider: there, back, and on to the page that they wanted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use deepfix_config::{AccessConfig, LoginConfig, LoginToken, OidcConfig, RequireKeys};
use deepfix_server::Service;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{
    provider::{Provider, Signer, patient},
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
        ..patient()
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
    for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/sign-in/done;", "; Max-Age=600"] {
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

#[tokio::test]
async fn two_tabs_sign_in_beside_each_other_and_a_strange_return_disturbs_neither() {
    let signer = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    let server = server(&oidc(&provider, LoginToken::Access)).await;
    let first = get(&server, "/sign-in/provider?next=%2Fagents", "").await;
    let second = get(&server, "/sign-in/provider?next=%2Fknowledge", "").await;
    let of = |answer: &Answer| cookies(answer).trim_end().trim_start_matches("cookie: ").to_owned();
    let both = format!("cookie: {}; {}\r\n", of(&first), of(&second));
    let strange = get(&server, "/sign-in/done?code=x&state=y", &both).await;
    assert_eq!(
        (strange.status, strange.header("set-cookie")),
        (400, None),
        "{strange:?}"
    );
    for (begun, next) in [(&first, "0; url=../agents"), (&second, "0; url=../knowledge")] {
        let back = at_provider(begun.header("location").unwrap()).await;
        let done = get(&server, &back, &both).await;
        assert_eq!((done.status, done.header("refresh")), (200, Some(next)), "{done:?}");
        let forgotten = format!("{}=;", of(begun).split('=').next().unwrap());
        assert!(
            done.head.contains(&forgotten) && done.head.contains("Max-Age=0"),
            "{done:?}"
        );
    }
}

#[tokio::test]
async fn a_page_whose_address_no_cookie_can_hold_is_left_for_the_first_one() {
    let signer = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    let server = server(&oidc(&provider, LoginToken::Access)).await;
    let long = format!("%2Fknowledge%3Fq%3D{}", "x".repeat(4000));
    let begun = get(&server, &format!("/sign-in/provider?next={long}"), "").await;
    assert!(begun.header("set-cookie").unwrap().len() < 4096, "{begun:?}");
    let back = at_provider(begun.header("location").unwrap()).await;
    let done = get(&server, &back, &cookies(&begun)).await;
    assert_eq!(done.header("refresh"), Some("0; url=../"));
}

#[tokio::test]
async fn another_site_begins_no_sign_in_and_leaves_nothing_behind() {
    let signer = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    let server = server(&oidc(&provider, LoginToken::Access)).await;
    let path = "/sign-in/provider?next=%2Fagents";
    let begun = get(&server, path, "sec-fetch-site: cross-site\r\n").await;
    assert_eq!((begun.status, begun.header("set-cookie")), (200, None), "{begun:?}");
    assert!(text(&begun).contains("sign-in/provider?next=/agents"), "{begun:?}");
}

#[tokio::test]
async fn over_tls_no_cookie_of_a_sign_in_goes_without() {
    let signer = Signer::elliptic("e1");
    let provider = Provider::start(&[&signer]).await;
    let mut oidc = oidc(&provider, LoginToken::Access);
    if let Some(login) = &mut oidc.login {
        login.redirect_uri = "https://deepfix.example/sign-in/done".to_owned();
    }
    let server = server(&oidc).await;
    let begun = get(&server, "/sign-in/provider", "").await;
    assert!(begun.header("set-cookie").unwrap().ends_with("; Secure"), "{begun:?}");
    let back = at_provider(begun.header("location").unwrap()).await;
    let done = get(&server, &back, &cookies(&begun)).await;
    let set: Vec<&str> = done.head.lines().filter(|it| it.starts_with("set-cookie: ")).collect();
    assert!(
        set.len() == 2 && set.iter().all(|it| it.contains("; Secure")),
        "{done:?}"
    );
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_not_asked_by_everybody_who_wants_to_sign_in() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let provider = Provider::start(&[]).await;
    let mut oidc = oidc(&provider, LoginToken::Access);
    oidc.issuer = Some(format!("http://{address}"));
    for (pause, questions) in [(oidc.pause, 1), (Duration::ZERO, 5)] {
        oidc.pause = pause;
        let server = server(&oidc).await;
        asked.store(0, Ordering::SeqCst);
        for _ in 0..5 {
            let begun = get(&server, "/sign-in/provider?next=%2Fagents", "").await;
            assert_eq!(begun.status, 502, "{begun:?}");
            // Another try still leads to the page that was wanted.
            assert!(text(&begun).contains("sign-in/provider?next=/agents"), "{begun:?}");
        }
        assert_eq!(asked.load(Ordering::SeqCst), questions, "{pause:?}");
    }
}
