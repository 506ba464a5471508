use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

/// The style of all pages: that of the report's elements, and what only these have.
pub(crate) static STYLE: LazyLock<String> =
    LazyLock::new(|| deepfix_report::BASE_STYLE.to_owned() + include_str!("../templates/pages.css"));
/// The script of all pages.
pub(crate) const SCRIPT: &str = include_str!("../templates/pages.js");
/// The picture of the tab, within the page.
pub(crate) const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%230b6bcb'/%3E%3Cpath d='M3 9h3l2-5 2 8 1-3h2' fill='none' stroke='%23fff' stroke-width='1.5'/%3E%3C/svg%3E";

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; connect-src 'self'; form-action \
         'self'; base-uri 'none'; frame-ancestors 'none'",
        hash(&STYLE),
        hash(SCRIPT)
    )
});

/// What the pages may do, for the header of that name.
#[must_use]
pub fn content_security_policy() -> &'static str {
    &POLICY
}
