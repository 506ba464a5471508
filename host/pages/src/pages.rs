//! Each page as a text.

use askama::Template;

use crate::{
    Frame, Here,
    content::{Agents, Compare, Home, Knowledge, List, SignIn, Trouble},
};

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The template failed, which it does for want of memory only.
    #[error("the page could not be written: {0}")]
    Template(#[from] askama::Error),
}

macro_rules! page {
    ($function:ident, $template:ident, $content:ident, $path:literal, $what:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $template<'a> {
            frame: &'a Frame,
            it: &'a $content,
        }

        #[doc = $what]
        ///
        /// # Errors
        /// See [`PageError`].
        pub fn $function(frame: &Frame, it: &$content) -> Result<String, PageError> {
            Ok($template { frame, it }.render()?)
        }
    };
}

page!(home, HomePage, Home, "home.html", "The home page.");
page!(list, ListPage, List, "list.html", "The list of analyses.");
page!(
    compare,
    ComparePage,
    Compare,
    "compare.html",
    "The comparison of two analyses."
);
page!(
    agents,
    AgentsPage,
    Agents,
    "agents.html",
    "The agents and how they are."
);
page!(
    knowledge,
    KnowledgePage,
    Knowledge,
    "knowledge.html",
    "The search of the knowledge base."
);
page!(sign_in, SignInPage, SignIn, "sign_in.html", "The form to sign in with.");
page!(trouble, TroublePage, Trouble, "trouble.html", "What went wrong.");
