//! Every number that a ranking depends on, in one place: `benches/tune.rs` chooses them, and says what each is worth.

macro_rules! weights {
    ($($(#[doc = $doc:literal])+ $name:ident: $value:literal,)+) => {
        /// See the module. An index ranks by the default ones.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Weights {
            $($(#[doc = $doc])+ pub $name: f32,)+
        }

        impl Default for Weights {
            fn default() -> Self {
                Self { $($name: $value,)+ }
            }
        }

        impl Weights {
            /// What each is called.
            pub const NAMES: &[&str] = &[$(stringify!($name),)+];

            /// The one that is called so.
            pub fn named(&mut self, name: &str) -> Option<&mut f32> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)+
                    _ => None,
                }
            }
        }
    };
}

weights! {
    /// An occurrence in the title or in what callers say.
    title: 6.4,
    /// One in a heading, the summary, a tag or the category.
    head: 0.625,
    /// One anywhere else.
    body: 0.5,
    /// How much less an occurrence counts in a longer title: BM25's `b`.
    title_length: 0.5,
    /// The same of headings.
    head_length: 0.75,
    /// The same of texts.
    body_length: 0.75,
    /// How soon more occurrences count no more: BM25's `k1`.
    saturation: 1.2,
    /// How much an entry loses that lacks some of the words: the power of the share that it has, by the number of words.
    coverage: 0.8,
    /// How much more a rare word counts: the power of its inverse document frequency.
    rarity: 0.7,
    /// A word with the same stem, beside the word itself.
    stem: 0.8,
    /// What means the same.
    synonym: 0.6,
    /// A word that goes on from the last one.
    beginning: 0.6,
    /// A word with one wrong letter; each further one counts so much less again.
    near: 0.6,
    /// Two words that are written as one elsewhere, and one that is written as two.
    joined: 0.8,
    /// Words written together, beside their parts.
    whole: 0.4,
    /// Words that stand in a title as they were typed, beside each other.
    pairs: 0.8,
    /// The same in a heading, as a share of that.
    pairs_head: 0.6,
    /// The same anywhere else.
    pairs_body: 0.5,
}
