//! A picture that is not there.

use super::{Context, Findings, links};
use crate::{
    desk::Target,
    diagnostic::{Diagnostic, Rule, wording},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL507", "missing_image", Error);

/// For all articles; and for steps, whose texts show none.
pub fn check(context: &Context<'_>, out: &Findings) {
    for linked in links::all(context).filter(|linked| linked.link.image) {
        let target = &linked.link.target;
        if linked.from.is_none() {
            let message = format!("the text of a step does not show the picture `{}`", wording::shorten(target));
            let help = "show it in an article, and name that at the step: `article: the-id`";
            out.push(Diagnostic::new(&RULE, linked.span, message).help(help));
            continue;
        }
        if matches!(linked.target, Target::Image(_) | Target::Outside | Target::Site) {
            continue;
        }
        let message = format!("there is no picture `{}`", wording::shorten(target));
        let name = target.rsplit('/').next().unwrap_or_default();
        let names = context.desk.images.keys().filter_map(|path| path.rsplit('/').next());
        let help = links::near(name, names).unwrap_or_else(|| {
            "put it beside the article, and write its path from there; png, jpg, gif, svg and webp are shown".to_owned()
        });
        out.push(Diagnostic::new(&RULE, linked.span, message).help(help));
    }
}
