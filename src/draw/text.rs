//! How wide text is, about, and where its lines break: there are no fonts here, so these are the widths of Arial.

/// The widths of the characters from the space to the tilde, in thousandths of the size.
#[rustfmt::skip]
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// A way to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Font {
    /// In pixels.
    pub size: f64,
    /// How much wider than Arial, or the width of every character.
    pub wide: f64,
    /// All characters are equally wide.
    pub mono: bool,
}

impl Font {
    /// In proportion.
    pub const fn plain(size: f64) -> Self {
        Self { size, wide: 1.04, mono: false }
    }

    /// The same, heavier.
    pub const fn bold(size: f64) -> Self {
        Self { size, wide: 1.12, mono: false }
    }

    /// For ids and conditions.
    pub const fn mono(size: f64) -> Self {
        Self { size, wide: 0.61, mono: true }
    }

    /// How wide a text is, in pixels.
    pub fn width(self, text: &str) -> f64 {
        text.chars().map(|c| self.advance(c)).sum()
    }

    fn advance(self, c: char) -> f64 {
        let narrow = match c {
            ' '..='~' if self.mono => 1.0,
            ' '..='~' => f64::from(WIDTHS[c as usize - 32]) / 1000.0,
            '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
            c if c < '\u{1100}' && self.mono => 1.0,
            c if c < '\u{1100}' => 0.68,
            '…' | '—' | '\u{2500}'.. => 1.0 / self.wide.min(1.0),
            _ => 0.7,
        };
        narrow * self.size * self.wide
    }

    /// Breaks a text into at most so many lines of at most this width; what is left out shows as `…`.
    pub fn wrap(self, text: &str, width: f64, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        let mut words: Vec<&str> = text.split_whitespace().rev().collect();
        while let Some(word) = words.pop() {
            let spaced = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width(&spaced) <= width {
                line = spaced;
            } else if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                words.push(word);
            } else {
                // A word longer than a line is cut where the line ends, or where its parts do.
                let mut end = 0;
                let mut room = width;
                for (at, c) in word.char_indices() {
                    room -= self.advance(c);
                    if room < 0.0 && at > 0 {
                        break;
                    }
                    end = at + c.len_utf8();
                }
                if end < word.len()
                    && let Some(at) = word[..end].rfind(['_', '-', '/', '.'])
                {
                    end = at + 1;
                }
                lines.push(word[..end].to_owned());
                words.extend(Some(&word[end..]).filter(|rest| !rest.is_empty()));
            }
            if lines.len() > most {
                break;
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                *last = self.cut(&format!("{last}…"), width);
            }
        }
        lines
    }

    /// A text as one line; what does not fit shows as `…`.
    pub fn cut(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut room = width - self.advance('…');
        let fits = text.trim_end_matches('…').char_indices().take_while(|(_, c)| {
            room -= self.advance(*c);
            room >= 0.0
        });
        let end = fits.last().map_or(0, |(at, c)| at + c.len_utf8());
        format!("{}…", text[..end].trim_end())
    }
}

/// A sentence that ends earlier than this says too little alone.
const SHORT: usize = 30;

/// The first paragraph of a text, plain, and `{{ fact }}` as `{fact}`.
pub fn plain(markdown: &str) -> String {
    crate::markdown::first_line(markdown).replace("{{ ", "{").replace(" }}", "}")
}

/// Its first sentence.
pub fn sentence(markdown: &str) -> String {
    let line = plain(markdown);
    let ends = line.match_indices(['.', '?', '!']).map(|(at, mark)| at + mark.len());
    // `e.g. this` goes on.
    let end = ends
        .filter(|&end| {
            let mut rest = line[end..].chars();
            rest.next().is_none_or(|c| c == ' ') && !rest.next().is_some_and(char::is_lowercase)
        })
        .find(|&end| end >= SHORT);
    line[..end.unwrap_or(line.len())].to_owned()
}
