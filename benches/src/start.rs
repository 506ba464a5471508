//! Start to ready with a warm compile cache, against the start of the same binary that only
//! prints its version. Aim: under 300 ms.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    Result,
    aims::Aims,
    binary,
    server::Server,
    statistics::{Sample, ms, ratio},
};

const STARTS: usize = 10;
const AIM: Duration = Duration::from_millis(300);

pub(crate) fn run() -> Result<()> {
    // The first start fills the cache.
    drop(Server::start()?);
    let (mut serving, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        serving.push(Server::start()?.ready_after);
        let started = Instant::now();
        Command::new(binary()).arg("--version").stdout(Stdio::null()).status()?;
        plain.push(started.elapsed());
    }
    let (serving, plain) = (Sample::new(serving), Sample::new(plain));
    let mut aims = Aims::default();
    println!("process start to the first answer of /health, five components, the whole knowledge base");
    println!(
        "  median {}  worst {}  (aim: under {}) {}",
        ms(serving.median()),
        ms(serving.quantile(1.0)),
        ms(AIM),
        aims.judge("the median", serving.median() < AIM)
    );
    println!(
        "  `deepfix --version`: median {}  ratio {:.0}",
        ms(plain.median()),
        ratio(serving.median(), plain.median())
    );
    aims.end()
}
