use std::{fs::OpenOptions, io::Write as _, path::Path, process::ExitCode};

use anyhow::Context as _;
use deepfix_analysis::policy;
use deepfix_config::Config;
use deepfix_sources::{Policy, Proofs, Signer, SigningKey, Sources, sha256};
use serde_json::json;

use super::args::{FileArgs, KeygenArgs, SignArgs};
use crate::{
    EXIT_FINDINGS,
    output::{self, GREEN, RED, printable, styled},
};

/// `deepfix plugin keygen`.
pub(crate) fn keygen(args: &KeygenArgs) -> anyhow::Result<ExitCode> {
    let key = SigningKey::generate()?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Nobody else may read it, from its first byte on.
        options.mode(0o600);
    }
    let mut file = options
        .open(&args.file)
        .with_context(|| format!("{} cannot be made", args.file.display()))?;
    file.write_all(key.to_pem()?.as_bytes())?;
    output::remark(&format!(
        "the private key is in {}; keep it secret. Who trusts it writes into deepfix.toml, below [plugins]:",
        args.file.display()
    ));
    output::result(&format!(
        "trusted_keys = [{{ name = {:?}, key = {:?} }}]\n",
        args.name,
        key.public()
    ));
    Ok(ExitCode::SUCCESS)
}

/// `deepfix plugin sign`.
pub(crate) fn sign(args: &SignArgs) -> anyhow::Result<ExitCode> {
    let pem = std::fs::read_to_string(&args.key).with_context(|| format!("{} cannot be read", args.key.display()))?;
    let key = SigningKey::from_pem(&pem, &args.key.display().to_string())?;
    let digest = digest(&args.file)?;
    let mut signatures = Sources::signatures_of(&args.file)?.unwrap_or_default();
    signatures.add(&key, &digest);
    let place = Sources::write_signatures(&args.file, &signatures)?;
    output::result(&format!(
        "{}: sha256:{digest} signed by {}\n",
        place.display(),
        key.public()
    ));
    Ok(ExitCode::SUCCESS)
}

fn digest(file: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(sha256(&bytes))
}

/// `deepfix plugin verify`.
pub(crate) async fn verify(config: &Config, args: &FileArgs) -> anyhow::Result<ExitCode> {
    let policy = Policy {
        require: true,
        ..policy(config)?
    };
    let proofs = Proofs::beside(&args.file, &policy, config.plugins.max_bundle)?;
    let result = policy.check(&args.file.display().to_string(), &digest(&args.file)?, &proofs);
    let code = if result.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_FINDINGS)
    };
    let refused = result.as_ref().err().map(ToString::to_string);
    if args.json {
        let signer = result.ok().flatten();
        let text = json!({
            "file": args.file, "signed_by": signer.as_ref().map(ToString::to_string),
            "issuer": signer.as_ref().and_then(Signer::issuer), "refused": refused,
        });
        output::result(&format!("{}\n", serde_json::to_string_pretty(&text)?));
    } else {
        output::result(&match (result, refused) {
            (Ok(name), _) => format!(
                "{}: {} by {}\n",
                args.file.display(),
                styled(GREEN, "signed"),
                printable(&name.map(|it| it.to_string()).unwrap_or_default())
            ),
            (Err(_), reason) => format!(
                "{} {}\n",
                styled(RED, "refused"),
                printable(&reason.unwrap_or_default())
            ),
        });
    }
    Ok(code)
}
