//! Markdown as texts need it: a value that is not markup, a text for the terminal, HTML for pages.

mod escape;
mod html;
mod outline;
mod page;
mod reply;
mod survey;
mod terminal;

pub use escape::{Place, escape, places};
pub use html::{first_line, html};
pub use outline::{Heading, Link, Outline, outline, slug, texts};
pub use page::{Place as PagePlace, page};
pub use reply::sent;
pub use survey::{Place as SurveyPlace, What, survey};
pub use terminal::render;

/// Markdown as plain text: what it says, without what it looks like.
pub fn plain(markdown: &str) -> String {
    anstream::adapter::strip_str(&render(markdown, 1000)).to_string()
}
