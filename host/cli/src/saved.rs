//! `deepfix report`: a report of a response that was saved.

use std::{io::Read as _, path::Path, process::ExitCode};

use anyhow::Context as _;
use deepfix_core::AnalyseResponse;

use crate::{args::ReportArgs, output, report};

/// The largest response seen has some hundred kilobytes.
const MAX_RESPONSE: u64 = 256 << 20;

/// `deepfix report`.
pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<ExitCode> {
    let name = args.response.display();
    let input: Box<dyn std::io::Read> = if args.response == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(&args.response).with_context(|| format!("{name} cannot be read"))?)
    };
    let mut text = Vec::new();
    input
        .take(MAX_RESPONSE)
        .read_to_end(&mut text)
        .with_context(|| format!("{name} cannot be read"))?;
    let response: AnalyseResponse = serde_json::from_slice(&text).with_context(|| {
        format!("{name} is no response of DeepFix (expected what `deepfix analyse --format json` writes)")
    })?;
    let stated = response.additional_outputs.get("language").and_then(|it| it.as_str());
    let language = args
        .language
        .as_deref()
        .or(stated)
        .unwrap_or("english")
        .trim()
        .to_lowercase();
    output::write(
        &report::written(&response, args.format, &language)?,
        args.output.as_deref(),
    )?;
    Ok(ExitCode::SUCCESS)
}
