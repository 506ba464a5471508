//! `deepfix keys`.

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, SystemTime},
};

use anyhow::bail;
use deepfix_history::{History, now};
use deepfix_server::Scope;

use crate::{
    args::{CreateKeyArgs, KeyScope, KeysCommand},
    config, history, output,
};

impl From<KeyScope> for Scope {
    fn from(it: KeyScope) -> Self {
        match it {
            KeyScope::Analyse => Self::Analyse,
            KeyScope::Read => Self::Read,
            KeyScope::Admin => Self::Admin,
        }
    }
}

pub(crate) async fn run(named: Option<&Path>, command: KeysCommand) -> anyhow::Result<ExitCode> {
    let config = config::load(named)?;
    let Some((history, _)) = history::open(&config.history).await? else {
        bail!("keys are kept in the database that `[history] database` names, and it names none");
    };
    match command {
        KeysCommand::Create(it) => create(&history, &it).await?,
        KeysCommand::List => list(&history).await?,
        KeysCommand::Revoke { id } => {
            if !history.revoke_key(&id).await? {
                bail!("there is no key `{id}` that is not revoked; `deepfix keys list` shows all");
            }
            output::result(&format!("revoked {id}\n"));
        }
    }
    history.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn create(history: &History, args: &CreateKeyArgs) -> anyhow::Result<()> {
    let expires = args.expires.map(|it| now().saturating_add(milliseconds(it)));
    let scopes: Vec<Scope> = args.scopes.iter().map(|it| (*it).into()).collect();
    let minted = deepfix_server::mint(&args.tenant, &args.name, &scopes, expires)?;
    history.add_key(&minted.stored).await?;
    output::remark("this is shown once; the server keeps a digest of it");
    output::result(&format!("{}\n", minted.key));
    Ok(())
}

async fn list(history: &History) -> anyhow::Result<()> {
    let keys = history.keys().await?;
    if keys.is_empty() {
        output::remark("there are no keys; `deepfix keys create NAME` makes one");
    }
    for it in keys {
        let state = match (it.revoked_at, it.expires_at) {
            (Some(at), _) => format!("revoked {}", day(at)),
            (None, Some(at)) if at <= now() => format!("expired {}", day(at)),
            (None, Some(at)) => format!("until {}", day(at)),
            (None, None) => "valid".to_owned(),
        };
        let tenant = if it.tenant.is_empty() { "-" } else { &it.tenant };
        let created = day(it.created_at);
        output::result(&format!(
            "{}  {tenant:12}  {:20}  {created}  {state:20}  {}\n",
            it.id,
            it.scopes,
            output::printable(&it.name)
        ));
    }
    Ok(())
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

fn day(milliseconds: i64) -> String {
    let since = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    let time = SystemTime::UNIX_EPOCH
        .checked_add(since)
        .unwrap_or(SystemTime::UNIX_EPOCH);
    humantime::format_rfc3339_seconds(time).to_string()
}
