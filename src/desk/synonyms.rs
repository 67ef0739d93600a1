//! `kb/_synonyms.yaml`: words that mean the same to the desk's callers, a list of lists.

use crate::{
    diagnostic::{Diagnostic, FileId, Sink, Source, Spanned, form},
    yaml::{self, Node},
};

/// Where a desk keeps its own.
pub const PATH: &str = "kb/_synonyms.yaml";

const HELP: &str = "write a list of words that mean the same: `- [vpn, tunnel, remote access]`";

/// Reads a desk's own.
pub fn read(file: FileId, path: &str, bytes: &[u8]) -> (Source, Vec<Vec<String>>, Vec<Diagnostic>) {
    let (source, tree, mut found) = yaml::parse(file, path, bytes);
    let findings = Sink::default();
    let lists = tree.iter().flat_map(|tree| items(tree, &findings)).map(|list| {
        let words = items(list, &findings).iter().filter_map(|word| match &word.value {
            Node::Scalar(word) if !word.trim().is_empty() => Some(word.trim().to_owned()),
            _ => {
                wrong(word, "a word", &findings);
                None
            }
        });
        words.collect()
    });
    let lists = lists.collect();
    found.extend(findings.into_vec());
    (source, lists, found)
}

fn items<'a>(node: &'a Spanned<Node>, findings: &Sink<Diagnostic>) -> &'a [Spanned<Node>] {
    match &node.value {
        Node::Seq(items) => return items,
        Node::Null => {}
        _ => wrong(node, "a list", findings),
    }
    &[]
}

fn wrong(node: &Spanned<Node>, wanted: &str, findings: &Sink<Diagnostic>) {
    if node.value != Node::Broken {
        findings.push(form::wrong_type(node.span, "synonyms", wanted, node.value.found(), HELP));
    }
}
