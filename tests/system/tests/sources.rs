//! What stands between a component and its source: a login, an address without a registry, limits.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use deepfix_system_tests::{Operator, Ran, Registry, acme, digest};

/// Of [`PASSWORD`], by bcrypt with its lowest cost.
const HTPASSWD: &str = "mallory:$2b$04$lbHeOzWmRs9r78Qzzrl7KuuOeCfmd8mR3RW25hG85JnYDmcEGfkqS\n";
const PASSWORD: &str = "correct-horse";
const FORBIDDEN: &[u8] = b"403";
const HANGS_UP: &[u8] = b"no answer";

#[test]
fn a_registry_with_a_login_is_given_the_credential_of_its_entry_alone() {
    let registry = Registry::with_login(HTPASSWD);
    let it = Operator::new(&registry);
    fs::write(it.path("acme.wasm"), acme("1.0.0")).unwrap();
    let file = it.path("acme.wasm").display().to_string();
    let push = |password: &str| {
        let arguments = ["plugin", "push", &file, &it.source];
        Ran::of(
            it.home
                .command()
                .args(arguments)
                .env("REG_USER", "mallory")
                .env("REG_PASSWORD", password),
        )
    };
    let ran = push(PASSWORD);
    assert!(
        ran.code == 2 && ran.err.contains("answered 401"),
        "nobody said to use it: {}",
        ran.err
    );
    let entry = |host: &str| {
        format!(r#"registries = [{{ host = "{host}", username_env = "REG_USER", password_env = "REG_PASSWORD" }}]"#)
    };
    it.home
        .configure(|text| text.replace("registries = []", &entry("elsewhere.example")));
    let ran = push(PASSWORD);
    assert!(
        ran.code == 2 && ran.err.contains("answered 401"),
        "another's credential: {}",
        ran.err
    );
    it.home
        .configure(|text| text.replace("elsewhere.example", &registry.host));
    let ran = push("wrong-battery");
    assert!(ran.code == 2 && ran.err.contains("answered 401"), "{}", ran.err);
    assert!(!ran.err.contains("wrong-battery"), "{}", ran.err);
    let ran = push(PASSWORD);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!format!("{}{}", ran.out, ran.err).contains(PASSWORD));
    let ran = it.plugin(&["lock"]);
    assert!(ran.code == 2 && ran.err.contains("REG_USER is not set"), "{}", ran.err);
}

/// Files by their paths, over plain HTTP on this machine; a path that is not there is 404, one whose
/// file is empty gets no answer, one whose file is [`HANGS_UP`] loses its connection, and one whose file is [`FORBIDDEN`]
/// is refused.
struct Files(Arc<Mutex<BTreeMap<String, Vec<u8>>>>, String);

impl Files {
    fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let files = Arc::new(Mutex::new(BTreeMap::<String, Vec<u8>>::new()));
        let served = Arc::clone(&files);
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = BufReader::new(stream.try_clone().unwrap()).lines();
                let first = head.next().and_then(Result::ok).unwrap_or_default();
                head.map_while(Result::ok)
                    .take_while(|it| !it.is_empty())
                    .for_each(drop);
                let path = first.split(' ').nth(1).unwrap_or_default();
                let found = served.lock().unwrap().get(path).cloned();
                if found.as_deref() == Some(HANGS_UP) {
                    continue;
                }
                let (status, body) = match found {
                    None => ("404 Not Found", Vec::new()),
                    Some(it) if it == FORBIDDEN => ("403 Forbidden", Vec::new()),
                    Some(it) => ("200 OK", it),
                };
                if status == "200 OK" && body.is_empty() {
                    silent.push(stream);
                    continue;
                }
                let length = body.len();
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        Self(files, address)
    }

    fn put(&self, path: &str, bytes: Vec<u8>) {
        self.0.lock().unwrap().insert(path.to_owned(), bytes);
    }
}

#[test]
fn a_component_at_an_address_needs_a_digest_and_must_have_it() {
    let files = Files::serve();
    files.put("/acme.wasm", acme("1.0.0"));
    let it = Operator::of(&format!("http://{}/acme.wasm", files.1));
    let error = it.loaded().unwrap_err();
    assert!(
        error.contains("has no digest: write `sha256 = \"...\"` into its entry"),
        "{error}"
    );
    let lock = it.lock();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    // Other bytes at the same address: what was locked goes on, until it is fetched again.
    files.put("/acme.wasm", acme("2.0.0"));
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    it.forget();
    let error = it.loaded().unwrap_err();
    assert!(error.contains(&format!("expected sha256:{}", digest(&lock))), "{error}");
    let told = it.plugin(&["update"]).succeeded();
    assert!(told.contains("moved from"), "{told}");
    assert_eq!(it.loaded(), Ok("2.0.0".to_owned()));
}

#[test]
fn the_signature_of_a_component_at_an_address_lies_beside_it() {
    let files = Files::serve();
    let it = Operator::of(&format!("http://{}/acme.wasm", files.1));
    let key = it.trust("");
    let bytes = acme("1.0.0");
    files.put("/acme.wasm", bytes.clone());
    let told = it.plugin(&["lock"]);
    assert!(told.code == 2 && told.err.contains("has no signature"), "{}", told.err);
    fs::write(it.path("pushed.wasm"), bytes).unwrap();
    it.sign(&key);
    files.put("/acme.wasm.sig", fs::read(it.path("pushed.wasm.sig")).unwrap());
    it.lock();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    files.put("/acme.wasm", acme("2.0.0"));
    let told = it.plugin(&["update"]);
    assert!(
        told.code == 2 && told.err.contains("its signature by `acme` is wrong"),
        "{}",
        told.err
    );
}

#[test]
fn a_signature_that_appears_later_is_found_at_the_path_of_an_address_with_a_query() {
    let files = Files::serve();
    let it = Operator::of(&format!("http://{}/acme.wasm?v=1", files.1));
    let bytes = acme("1.0.0");
    files.put("/acme.wasm?v=1", bytes.clone());
    // Fetched and kept while nobody asked for a signature.
    let lock = it.lock();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    let key = it.trust("");
    let error = it.loaded().unwrap_err();
    assert!(error.contains("has no signature"), "{error}");
    fs::write(it.path("pushed.wasm"), bytes).unwrap();
    it.sign(&key);
    files.put("/acme.wasm.sig?v=1", fs::read(it.path("pushed.wasm.sig")).unwrap());
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    assert_eq!(it.lock(), lock);
    // It is kept too.
    files.0.lock().unwrap().clear();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
}

#[test]
fn a_signature_that_cannot_be_asked_for_is_not_one_that_is_not_there() {
    let files = Files::serve();
    let it = Operator::of(&format!("http://{}/acme.wasm", files.1));
    files.put("/acme.wasm", acme("1.0.0"));
    // No answer at all. A short time for one would be that of the component as well.
    files.put("/acme.wasm.sig", HANGS_UP.to_vec());
    let told = it.plugin(&["lock"]);
    assert!(
        told.code == 2 && told.err.contains("acme.wasm.sig") && told.err.contains("cannot be reached"),
        "{}",
        told.err
    );
    // A store that lists nothing to strangers: that holds up nobody until a signature is asked for.
    files.put("/acme.wasm.sig", FORBIDDEN.to_vec());
    it.lock();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    let _ = it.trust("");
    let error = it.loaded().unwrap_err();
    assert!(error.contains("acme.wasm.sig") && error.contains("403"), "{error}");
}

/// Answers each request by its first line, and keeps every head.
fn scripted(answer: impl Fn(&str) -> String + Send + 'static) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heads);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap())
                .lines()
                .map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|it| !it.is_empty()).collect();
            let first = head.first().cloned().unwrap_or_default();
            kept.lock().unwrap().push(head.join("\n").to_lowercase());
            let text = format!(
                "HTTP/1.1 {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                answer(&first)
            );
            let _ = stream.write_all(text.as_bytes());
        }
    });
    (address, heads)
}

#[test]
fn a_credential_does_not_follow_an_upload_to_another_host() {
    const CHALLENGE: &str = "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"";
    let (elsewhere, seen_there) = scripted(|_| CHALLENGE.to_owned());
    let place = format!("202 Accepted\r\nLocation: http://{elsewhere}/upload");
    let (registry, seen) = scripted(move |line| {
        let head = line.split(' ').next().unwrap_or_default();
        if head == "HEAD" {
            "404 Not Found".to_owned()
        } else {
            place.clone()
        }
    });
    let it = Operator::of(&format!("oci://{registry}/team/acme:1"));
    let entry = format!(
        r#"registries = [{{ host = "{registry}", username_env = "REG_USER", password_env = "REG_PASSWORD" }}]"#
    );
    it.home.configure(|text| text.replace("registries = []", &entry));
    fs::write(it.path("acme.wasm"), acme("1.0.0")).unwrap();
    let file = it.path("acme.wasm").display().to_string();
    let ran = Ran::of(
        it.home
            .command()
            .args(["plugin", "push", &file, &it.source])
            .env("REG_USER", "mallory")
            .env("REG_PASSWORD", PASSWORD),
    );
    assert!(ran.code == 2 && ran.err.contains("answered 401"), "{}", ran.err);
    assert!(!seen.lock().unwrap().is_empty());
    let there = seen_there.lock().unwrap().join("\n\n");
    assert!(there.starts_with("put /upload?digest="), "{there}");
    assert!(!there.contains("authorization"), "{there}");
}

#[test]
fn a_component_that_is_too_large_is_not_fetched() {
    let registry = Registry::start();
    let it = Operator::new(&registry);
    it.push(&acme("1.0.0"));
    it.home
        .configure(|text| text.replace("max_component = \"64 MiB\"", "max_component = \"1 KiB\""));
    let told = it.plugin(&["lock"]);
    assert!(
        told.code == 2
            && told
                .err
                .contains("has more than 1024 bytes; raise `[plugins] max_component`"),
        "{}",
        told.err
    );
    let files = Files::serve();
    files.put("/acme.wasm", acme("1.0.0"));
    let pulled = it.path("pulled.wasm").display().to_string();
    let told = it.plugin(&["pull", &format!("http://{}/acme.wasm", files.1), &pulled]);
    assert!(
        told.code == 2 && told.err.contains("has more than 1024 bytes"),
        "{}",
        told.err
    );
}

#[test]
fn a_source_that_does_not_answer_is_given_up_in_time() {
    let files = Files::serve();
    files.put("/acme.wasm", Vec::new());
    let it = Operator::of(&format!("http://{}/acme.wasm", files.1));
    it.home
        .configure(|text| text.replace("fetch_timeout = \"60s\"", "fetch_timeout = \"200ms\""));
    let told = it.plugin(&["lock"]);
    assert!(
        told.code == 2 && told.err.contains("cannot be reached") && told.err.contains("timed out"),
        "{}",
        told.err
    );
}

#[test]
fn nothing_is_fetched_over_plain_http_from_elsewhere() {
    let it = Operator::of("http://plugins.example/acme.wasm");
    let told = it.plugin(&["lock"]);
    assert!(
        told.code == 2 && told.err.contains("plain http is spoken with this machine only"),
        "{}",
        told.err
    );
}
