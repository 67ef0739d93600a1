//! What changed of `desk.yaml` besides its facts: which parts of it, and no word of what stands there.

use super::{Change, Kind};
use crate::{
    desk::Desk,
    diagnostic::{FileId, Spanned},
    yaml::{self, Node},
};
use std::collections::BTreeMap;

/// The parts that say where a case goes.
const ROUTING: [&str; 4] = ["tiers", "routes", "priorities", "upset"];

/// Compares what two desks say besides their facts.
pub fn compare(old: &Desk, new: &Desk) -> Vec<Change> {
    let is_read = |desk: &Desk| !parts(desk).is_empty() || !desk.is_unread_at("desk.yaml");
    let said = match (is_read(old), is_read(new)) {
        (true, true) => None,
        (_, false) => Some("`desk.yaml` cannot be read: see `firstline check`"),
        (false, true) => Some("`desk.yaml` can be read now, it could not be before"),
    };
    if let Some(said) = said {
        return vec![Change::new("", Kind::Unreadable, said)];
    }
    let (old, new) = (parts(old), parts(new));
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = keys.into_iter().filter(|key| *key != "facts" && old.get(*key) != new.get(*key));
    let change = |key: &String| {
        let what = match (old.contains_key(key), new.contains_key(key)) {
            (false, _) => "is new",
            (_, false) => "was removed",
            _ => "changed",
        };
        if ROUTING.contains(&key.as_str()) {
            return Change::new(key, Kind::Policy, format!("this part of `desk.yaml` {what}: it says where cases go"));
        }
        Change::new(key, Kind::Settings, format!("this part of `desk.yaml` {what}"))
    };
    changed.map(change).collect()
}

/// The parts of `desk.yaml` by their keys, as values without places.
fn parts(desk: &Desk) -> BTreeMap<String, String> {
    let source = desk.sources.0.iter().find(|source| source.path == "desk.yaml");
    let tree = source.and_then(|source| yaml::parse(FileId(0), "desk.yaml", source.text.as_bytes()).1);
    match tree {
        Some(Spanned { value: Node::Map(entries), .. }) => {
            entries.into_iter().map(|(key, node)| (key.value, plain(&node.value))).collect()
        }
        _ => BTreeMap::new(),
    }
}

/// A value in one way of writing.
fn plain(node: &Node) -> String {
    match node {
        Node::Null | Node::Broken => "null".to_owned(),
        Node::Scalar(text) => format!("{text:?}"),
        Node::Seq(items) => format!("[{}]", items.iter().map(|item| plain(&item.value)).collect::<Vec<_>>().join(", ")),
        Node::Map(entries) => {
            let entry =
                |(key, node): &(Spanned<String>, Spanned<Node>)| format!("{:?}: {}", key.value, plain(&node.value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}
