//! A picture that is not there.

use super::{Context, Findings, links};
use crate::{
    desk::Target,
    diagnostic::{Diagnostic, Rule, wording},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL507", "missing_image", Error);

/// For all articles.
pub fn check(context: &Context<'_>, out: &Findings) {
    for (article, link, target) in links::all(context).filter(|(_, link, _)| link.image) {
        if matches!(target, Target::Image(_) | Target::Outside | Target::Site) {
            continue;
        }
        let message = format!("there is no picture `{}`", wording::shorten(&link.target));
        let name = link.target.rsplit('/').next().unwrap_or_default();
        let names = context.desk.images.keys().filter_map(|path| path.rsplit('/').next());
        let help = links::near(name, names).unwrap_or_else(|| {
            "put it beside the article, and write its path from there; png, jpg, gif, svg and webp are shown".to_owned()
        });
        out.push(Diagnostic::new(&RULE, article.span(&link.at), message).help(help));
    }
}
