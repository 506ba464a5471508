//! Writes a secret wherever it can write anything.
use deepfix_guests::*;

guest!(cx => {
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
    if setting(cx, "panic") == true {
        panic!("no luck with {secret}");
    }
    let mut all = report(json!({ "secret": secret, "quoted": { secret.clone(): 1 }, "denied": denied,
                                 "length": secret.len(), "searched": search.is_ok() }));
    all.summary = secret.clone();
    let mut told = finding(NAME)
        .description(secret.clone())
        .evidence(format!("it is {secret}"))
        .computed(secret.clone(), secret.as_str());
    told.extras = json!({ "secret": secret }).to_string();
    all.push(told, secret.as_str());
    Ok(all)
});
