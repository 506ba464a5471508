//! Writes a secret wherever it can write anything.
use deepfix_guests::*;

const NAME: &str = env!("CARGO_CRATE_NAME");

/// What the host answers before any analysis.
fn asked_in_describe() -> String {
    #[cfg(target_family = "wasm")]
    {
        use deepfix_plugin::wasm::analyzer::deepfix::analysis::secrets;
        let (names, value) = (secrets::names(), secrets::get("licence"));
        eprintln!("{names:?} {value:?}");
        format!("{names:?} {value:?}")
    }
    #[cfg(not(target_family = "wasm"))]
    String::new()
}

guest!(describe Description { summary: asked_in_describe(), ..description(NAME) }, analyze cx => {
    let host = cx.host();
    let secret = cx.secret("licence")?;
    let denied = cx.secret("other").map_err(|error| error.to_string()).err();
    println!("{secret}");
    eprintln!("{secret}");
    cx.log(Level::Warn, &secret, &[(&secret, secret.clone())]);
    cx.progress(0.5, &secret);
    let search = host.search(&Query { text: secret.clone(), limit: 1, ..Query::default() });
    if setting(cx, "fail") == true {
        return Err(Error::Internal(format!("no luck with {secret}")));
    }
    if setting(cx, "long") == true {
        return Err(Error::Internal(format!("{}{secret}", "x".repeat(1_975))));
    }
    if setting(cx, "panic") == true {
        panic!("no luck with {secret}");
    }
    let mut all = report(json!({ "secret": secret, "quoted": { secret.clone(): 1 }, "denied": denied,
                                 "length": secret.len(), "searched": search.is_ok() }));
    all.summary = secret.clone();
    let mut told = finding(NAME)
        .description(secret.clone())
        .computed(secret.clone(), secret.as_str());
    told.evidence = format!("it is {secret}");
    told.extras = json!({ "secret": secret }).to_string();
    all.push(told, secret.as_str());
    Ok(all)
});
