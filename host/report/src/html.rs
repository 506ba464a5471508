use std::sync::LazyLock;

use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use deepfix_core::AnalyseResponse;
use sha2::{Digest as _, Sha256};

use crate::{markdown, sarif, view::View};

/// Colours and elements that a report and the pages of a server have in common.
pub const BASE_STYLE: &str = include_str!("../templates/base.css");
/// The style and script of every page: the policy below allows these texts, those of curves and nothing else.
const STYLE: &str = concat!(
    include_str!("../templates/base.css"),
    include_str!("../templates/report.css")
);
const SCRIPT: &str = include_str!("../templates/report.js");
/// What a page with a curve has besides: the library, under its licence, and what is made of it.
const PLOT_STYLE: &str = concat!(
    include_str!("../assets/vendor/uPlot.min.css"),
    "\n",
    include_str!("../templates/plot.css")
);
const PLOT_SCRIPT: &str = concat!(
    "/*\n",
    include_str!("../assets/vendor/LICENSE"),
    "\n*/\n",
    include_str!("../assets/vendor/uPlot.iife.min.js"),
    "\n",
    include_str!("../templates/plot.js")
);

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}' 'sha256-{}'; script-src 'sha256-{}' 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(STYLE),
        hash(PLOT_STYLE),
        hash(SCRIPT),
        hash(PLOT_SCRIPT)
    )
});

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The template failed, which it does for want of memory only.
    #[error("the page could not be written: {0}")]
    Template(#[from] askama::Error),
    /// The response cannot be written as JSON.
    #[error("the response could not be embedded: {0}")]
    Json(#[from] serde_json::Error),
}

/// The policy that the page states of itself, for a server's header.
#[must_use]
pub fn content_security_policy() -> &'static str {
    &POLICY
}

/// A file within the page.
struct Download {
    name: String,
    kind: &'static str,
    href: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    view: View,
    /// Where the name of the program leads, on a server.
    home: Option<&'static str>,
    downloads: Vec<Download>,
    policy: &'static str,
    style: &'static str,
    script: &'static str,
    plot_style: &'static str,
    plot_script: &'static str,
    version: &'static str,
}

/// The page of a response, one file that needs no other. `language` is that of its texts.
///
/// # Errors
/// See [`ReportError`].
pub fn html(response: &AnalyseResponse, language: &str) -> Result<String, ReportError> {
    page(response, language, None)
}

/// The same for a server that shows it one folder below its root, to which the page then leads back.
///
/// # Errors
/// See [`ReportError`].
pub fn html_on_server(response: &AnalyseResponse, language: &str) -> Result<String, ReportError> {
    page(response, language, Some("../"))
}

fn page(response: &AnalyseResponse, language: &str, home: Option<&'static str>) -> Result<String, ReportError> {
    let stem: String = response
        .dataset_name
        .iter()
        .flat_map(|it| it.chars())
        .map(|it| {
            if it.is_ascii_alphanumeric() || "-_.".contains(it) {
                it
            } else {
                '-'
            }
        })
        .take(60)
        .collect();
    let stem = if stem.is_empty() { "report".to_owned() } else { stem };
    let download = |kind: &'static str, ending: &str, media: &str, text: &str| Download {
        name: format!("deepfix-{stem}.{ending}"),
        kind,
        href: format!("data:{media};base64,{}", STANDARD.encode(text)),
    };
    let downloads = vec![
        download("JSON", "json", "application/json", &serde_json::to_string(response)?),
        download("Markdown", "md", "text/markdown", &markdown(response, language)),
        download(
            "SARIF",
            "sarif",
            "application/json",
            &serde_json::to_string(&sarif(response))?,
        ),
    ];
    let page = Page {
        view: View::of(response, language),
        home,
        downloads,
        policy: content_security_policy(),
        style: STYLE,
        script: SCRIPT,
        plot_style: PLOT_STYLE,
        plot_script: PLOT_SCRIPT,
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(page.render()?)
}
