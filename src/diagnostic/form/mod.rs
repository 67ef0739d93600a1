//! What can be wrong with the form of a file: found while it is read, whatever reads it.

use super::Rule;

mod duplicate_key;
mod invalid_yaml;
mod malformed_address;
mod malformed_calendar;
mod malformed_condition;
mod malformed_duration;
mod malformed_id;
mod malformed_pattern;
mod malformed_text;
mod malformed_ticket;
mod missing_key;
mod name_clash;
mod no_kind;
mod not_utf8;
mod out_of_range;
mod plain_secret;
mod reserved_id;
mod stray_file;
mod text_block;
mod too_large;
mod two_kinds;
mod unknown_connector_kind;
mod unknown_key;
mod unmerged;
mod wrong_type;
mod yaml_trap;

pub use duplicate_key::duplicate_key;
pub use invalid_yaml::invalid_yaml;
pub use malformed_address::malformed_address;
pub use malformed_calendar::malformed_calendar;
pub use malformed_condition::malformed_condition;
pub use malformed_duration::malformed_duration;
pub use malformed_id::malformed_id;
pub use malformed_pattern::malformed_pattern;
pub use malformed_text::malformed_text;
pub use malformed_ticket::malformed_ticket;
pub use missing_key::missing_key;
pub use name_clash::name_clash;
pub use no_kind::no_kind;
pub use not_utf8::not_utf8;
pub use out_of_range::out_of_range;
pub use plain_secret::{RULE as PLAIN_SECRET, plain_secret};
pub use reserved_id::{RESERVED, reserved_id};
pub use stray_file::stray_file;
pub use text_block::text_block;
pub use too_large::too_large;
pub use two_kinds::two_kinds;
pub use unknown_connector_kind::unknown_connector_kind;
pub use unknown_key::unknown_key;
pub use unmerged::unmerged;
pub use wrong_type::wrong_type;
pub use yaml_trap::yaml_trap;

/// Mistakes behind which more may stand in a file than was read of it.
static HIDING: &[&Rule] = &[
    &not_utf8::RULE,
    &too_large::RULE,
    &invalid_yaml::RULE,
    &yaml_trap::RULE,
    &duplicate_key::RULE,
    &unknown_key::RULE,
    &missing_key::RULE,
    &wrong_type::RULE,
    &two_kinds::RULE,
    &no_kind::RULE,
    &malformed_id::RULE,
    &out_of_range::RULE,
    &unmerged::RULE,
];

/// Whether more may stand in a file with this mistake than was read of it: what seems to be missing there may not be.
pub fn hides(rule: &Rule) -> bool {
    HIDING.contains(&rule)
}

/// All rules of this group.
pub static RULES: &[&Rule] = &[
    &not_utf8::RULE,
    &too_large::RULE,
    &invalid_yaml::RULE,
    &yaml_trap::RULE,
    &duplicate_key::RULE,
    &unknown_key::RULE,
    &missing_key::RULE,
    &wrong_type::RULE,
    &two_kinds::RULE,
    &no_kind::RULE,
    &malformed_id::RULE,
    &reserved_id::RULE,
    &out_of_range::RULE,
    &malformed_condition::RULE,
    &malformed_text::RULE,
    &text_block::RULE,
    &malformed_pattern::RULE,
    &name_clash::RULE,
    &stray_file::RULE,
    &malformed_calendar::RULE,
    &malformed_duration::RULE,
    &unknown_connector_kind::RULE,
    &plain_secret::RULE,
    &malformed_address::RULE,
    &unmerged::RULE,
    &malformed_ticket::RULE,
];
