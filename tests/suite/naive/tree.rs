//! A YAML file as a plain tree, mappings in the order in which they are written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Scalars are kept as text: `yes` is the word, `809` its digits.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    Nothing,
    Scalar(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Tree {
    pub fn parse(text: &str) -> Tree {
        let options = serde_yaml::options! {
            strict_booleans: true,
            leading_zero_numbers_as_strings: true,
            underscored_numbers_as_strings: true,
            budget: None,
        };
        serde_yaml::from_str_with_options(text, options).expect("the desk is valid YAML")
    }

    /// `None` too if this is no mapping, or if nothing is written behind the key.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        let found = self.entries().iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value).filter(|value| **value != Tree::Nothing)
    }

    /// The scalar behind `key`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Tree::scalar)
    }

    pub fn scalar(&self) -> Option<&str> {
        match self {
            Tree::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub fn number(&self, key: &str) -> Option<f64> {
        self.text(key).and_then(|text| text.parse().ok())
    }

    pub fn entries(&self) -> &[(String, Tree)] {
        match self {
            Tree::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The scalars of a list; a single scalar is a list of one, a mapping the list of its keys.
    pub fn words(&self) -> Vec<String> {
        match self {
            Tree::Nothing => Vec::new(),
            Tree::Scalar(text) => vec![text.clone()],
            Tree::List(items) => items.iter().filter_map(Tree::scalar).map(String::from).collect(),
            Tree::Map(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any YAML")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Map(entries))
    }
}
