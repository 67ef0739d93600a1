//! A link to a place on a website that is not named.

use super::{Context, Findings, links};
use crate::{
    desk::Target,
    diagnostic::{Rule, Span, wording},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL512", "site_link", Warning);

/// For all articles, at the first place of each.
pub fn check(context: &Context<'_>, out: &Findings) {
    let mut places: Vec<(Span, String)> = Vec::new();
    for linked in links::all(context).filter(|linked| linked.from.is_some() && linked.target == Target::Site) {
        if places.last().is_none_or(|(span, _)| span.file != linked.span.file) {
            let target = wording::shorten(&linked.link.target);
            places.push((linked.span, format!("`{target}` is a place on a website that is not named")));
        }
    }
    let all = |count| format!("this link and those of {} articles more do not name their website", count - 1);
    let help = "write the whole address, `https://…`; until then readers see the words without a link";
    links::each_or_all(&RULE, &places, all, help, out);
}
