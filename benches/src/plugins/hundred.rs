//! A server with a hundred plugins: its start and its memory, against the same server without.

use std::{fmt::Write as _, fs, time::Duration};

use super::EXAMPLES;
use crate::{
    Result,
    client::Client,
    root,
    server::Server,
    statistics::{Sample, ms},
};

const PLUGINS: usize = 100;
const STARTS: usize = 5;

/// The shipped configuration with so many more agents, the examples in turn.
fn configuration(plugins: usize) -> Result<String> {
    let shipped = fs::read_to_string(root().join("deepfix.toml"))?;
    let here = |name: &str| root().join(name).display().to_string();
    let mut text = shipped
        .replace("\"components/", &format!("\"{}/", here("components")))
        .replace("paths = [\"kb\"]", &format!("paths = [{:?}]", here("kb")))
        .replace(
            "\"target/component-cache\"",
            &format!("{:?}", here("target/bench-plugins/cache")),
        );
    let (agents, reasoner) = text.split_once("\n[reasoner]").ok_or("no [reasoner]")?;
    let mut agents = agents.to_owned();
    for (number, example) in (0..plugins).zip(EXAMPLES.iter().cycle()) {
        let _ = write!(
            agents,
            "\n[[agent]]\nname = \"plugin-{number}\"\nplugin = \"{}\"\ncomponent = {:?}\nartifacts = [\"training\", \
             \"model_checkpoint\"]\n",
            example.name,
            example.component()?.display().to_string()
        );
    }
    text = format!("{agents}\n[reasoner]{reasoner}");
    let folder = root().join("target/bench-plugins");
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("with-{plugins}.toml"));
    fs::write(&file, text)?;
    Ok(file.display().to_string())
}

pub(super) fn run() -> Result<()> {
    println!("a server with {PLUGINS} plugins, a quarter of each language, warm cache, {STARTS} starts");
    let (without, before) = measure(0)?;
    let (with, loaded) = measure(PLUGINS)?;
    let each = with.saturating_sub(without) / u32::try_from(PLUGINS).unwrap_or(1);
    println!(
        "  start    {:>12}  without {:>12}  each {:>10}",
        ms(with),
        ms(without),
        ms(each)
    );
    for (what, now, before) in [
        ("memory", loaded.0, before.0),
        ("  after an analysis by all", loaded.1, before.1),
    ] {
        let (now, before) = (now >> 20, before >> 20);
        println!("  {what:<27} {now} MiB resident, without {before} MiB");
    }
    Ok(())
}

/// The median start, and the memory before and after a request that all of them read.
fn measure(plugins: usize) -> Result<(Duration, (u64, u64))> {
    let environment = [("DEEPFIX_CONFIG", configuration(plugins)?)];
    drop(Server::start_with(&environment)?);
    let mut starts = Vec::new();
    let mut memory = (0, 0);
    for _ in 0..STARTS {
        let server = Server::start_with(&environment)?;
        starts.push(server.ready_after);
        let loaded = server.resident();
        let body = r#"{"training_artifacts": {"metrics_values": {"train_loss": [1.0, 0.5]}, "params": {"lr": 0.1}},
            "model_checkpoint_artifacts": {"config": {"vocab_size": 10}}}"#;
        Client::connect(server.address)?.call(&Client::post_bytes("/v1/analyse", body.as_bytes()))?;
        memory = (loaded, server.resident());
    }
    Ok((Sample::new(starts).median(), memory))
}
