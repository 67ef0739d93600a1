//! A playbook as derived structs: what a reader without places and findings would make of it.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    pub title: String,
    pub summary: Option<String>,
    #[serde(default)]
    pub audience: Vec<String>,
    pub tier: Option<String>,
    pub category: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub symptoms: Vec<String>,
    pub owner: Option<String>,
    pub review_by: Option<String>,
    pub start: String,
    #[serde(default)]
    pub facts: BTreeMap<String, Fact>,
    pub steps: BTreeMap<String, Step>,
}

#[derive(Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    pub ask: Option<String>,
    pub choices: Option<BTreeMap<String, String>>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub pattern: Option<String>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub unit: Option<String>,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    pub title: Option<String>,
    pub tip: Option<String>,
    pub article: Option<String>,
    pub minutes: Option<f64>,
    pub audience: Option<String>,
    pub visits: Option<Visits>,
    pub say: Option<String>,
    pub ask: Option<String>,
    pub save: Option<String>,
    pub answers: BTreeMap<String, Target>,
    #[serde(rename = "do")]
    pub action: Option<String>,
    pub verify: Option<String>,
    #[serde(rename = "try")]
    pub attempts: BTreeMap<String, Item>,
    pub tasks: BTreeMap<String, Item>,
    pub branch: Vec<Arm>,
    pub call: Option<String>,
    pub with: BTreeMap<String, Argument>,
    pub resolve: Option<String>,
    pub not_resolved: Option<Target>,
    pub escalate: Option<String>,
    pub tell: Option<String>,
    pub to: Option<String>,
    pub team: Option<String>,
    pub priority: Option<String>,
    pub code: Option<String>,
    pub then: Option<Target>,
    pub worked: Option<Target>,
    pub failed: Option<Target>,
    pub stuck: Option<Target>,
    pub exhausted: Option<Target>,
    pub done: Option<Target>,
    pub resolved: Option<Target>,
    #[serde(rename = "else")]
    pub otherwise: Option<Target>,
    pub unknown: Option<Target>,
}

#[derive(Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Visits {
    pub max: u32,
    pub then: Target,
}

/// A step's id, or an ending in place (for answers with a label and where they lead).
#[derive(Deserialize, PartialEq)]
#[serde(untagged)]
pub enum Target {
    Step(String),
    InPlace(Box<InPlace>),
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct InPlace {
    pub label: Option<String>,
    pub goto: Option<String>,
    pub was: Vec<String>,
    pub resolve: Option<String>,
    pub not_resolved: Option<String>,
    pub escalate: Option<String>,
    pub tell: Option<String>,
    pub to: Option<String>,
    pub team: Option<String>,
    pub priority: Option<String>,
    pub code: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Item {
    #[serde(rename = "do")]
    pub action: String,
    #[serde(rename = "if")]
    pub condition: Option<String>,
    pub verify: Option<String>,
    pub title: Option<String>,
    pub tip: Option<String>,
    pub article: Option<String>,
    pub minutes: Option<f64>,
    pub chance: Option<f64>,
    pub failed: Option<Target>,
    pub stuck: Option<Target>,
}

#[derive(Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    #[serde(rename = "if")]
    pub condition: String,
    pub goto: Target,
}

#[derive(Deserialize, PartialEq)]
#[serde(untagged)]
pub enum Argument {
    Value(String),
    Fact { fact: String },
}
