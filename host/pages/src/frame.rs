use crate::{
    Language,
    assets::{ICON, SCRIPT, STYLE},
    words::Words,
};

/// Which page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after the pages")]
pub enum Here {
    Home,
    Analyses,
    Compare,
    Agents,
    Knowledge,
    Elsewhere,
}

/// What stands around every page.
#[derive(Debug, Clone)]
pub struct Frame {
    pub(crate) words: &'static Words,
    pub(crate) here: Here,
    /// What leads from the page to the root: empty or `../`. Links are relative, so that they hold
    /// behind any prefix of a proxy.
    pub(crate) base: String,
    /// Whether signing out is offered.
    pub(crate) signed_in: bool,
    /// Whether the rest of the pages is offered.
    pub(crate) has_links: bool,
    pub(crate) style: &'static str,
    pub(crate) script: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) version: &'static str,
}

impl Frame {
    /// `depth` is the number of folders that the page's address is below the root.
    #[must_use]
    pub fn new(language: Language, here: Here, depth: usize, signed_in: bool) -> Self {
        Self {
            words: Words::of(language),
            here,
            base: "../".repeat(depth),
            signed_in,
            has_links: true,
            style: &STYLE,
            script: SCRIPT,
            icon: ICON,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// Without links to the other pages, for who may not see them yet.
    #[must_use]
    pub fn without_links(mut self) -> Self {
        self.has_links = false;
        self
    }

    /// The link to a path that begins with `/`.
    pub(crate) fn below(&self, path: &str) -> String {
        format!("{}{}", self.home(), path.trim_start_matches('/'))
    }

    /// The link to the home page; an empty one would be the page itself.
    pub(crate) fn home(&self) -> &str {
        if self.base.is_empty() { "./" } else { &self.base }
    }

    pub(crate) fn current(&self, here: Here) -> bool {
        self.here == here
    }
}
