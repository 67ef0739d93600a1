//! Markdown for the terminal: wrapped, indented, bold and code in styles that the stream may strip.

use anstyle::{AnsiColor, Effects, Style};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

const STRONG: Style = Style::new().effects(Effects::BOLD);
const EMPHASIS: Style = Style::new().effects(Effects::ITALIC);
const CODE: Style = AnsiColor::Cyan.on_default();
const LINK: Style = Style::new().effects(Effects::UNDERLINE);

/// Renders to lines of at most `width` columns; the last has no line break.
pub fn render(markdown: &str, width: usize) -> String {
    let mut page = Page {
        out: String::new(),
        line: Line::default(),
        indent: Vec::new(),
        lists: Vec::new(),
        styles: Vec::new(),
        width: width.max(20),
        gap: false,
        code: false,
        table: None,
    };
    for event in Parser::new_ext(markdown, super::escape::options()) {
        page.event(event);
    }
    page.end_line();
    page.out.trim_end().to_owned()
}

#[derive(Default)]
struct Line {
    text: String,
    columns: usize,
    /// A space is due before the next word.
    space: bool,
}

struct Page {
    out: String,
    line: Line,
    indent: Vec<String>,
    lists: Vec<Option<u64>>,
    styles: Vec<Style>,
    width: usize,
    /// An empty line is due before the next block.
    gap: bool,
    code: bool,
    /// The rows of the table that is being read, cell by cell.
    table: Option<Vec<Vec<String>>>,
}

impl Page {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code => text.lines().for_each(|line| {
                self.word(line, CODE);
                self.end_line();
            }),
            Event::Text(text) => self.words(&text),
            Event::Code(text) => {
                self.styles.push(CODE);
                self.words(&text);
                self.styles.pop();
            }
            Event::Html(text) | Event::InlineHtml(text) => self.words(&text),
            Event::SoftBreak => self.line.space = true,
            Event::HardBreak => self.end_line(),
            Event::Rule => self.words("———"),
            Event::TaskListMarker(done) => self.words(if done { "[x] " } else { "[ ] " }),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Table(_) => self.block(),
            Tag::Heading { .. } => {
                self.block();
                self.styles.push(STRONG);
            }
            Tag::CodeBlock(_) => {
                self.block();
                self.code = true;
                self.indent.push("  ".into());
            }
            Tag::BlockQuote(_) => {
                self.block();
                self.indent.push("| ".into());
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.block();
                } else {
                    self.end_line();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_line();
                self.gap = false;
                let bullet = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                };
                let width = bullet.chars().count();
                self.begin_line();
                self.line.text.push_str(&bullet);
                self.line.columns += width;
                self.indent.push(" ".repeat(width));
            }
            Tag::Strong => self.styles.push(STRONG),
            Tag::Emphasis => self.styles.push(EMPHASIS),
            Tag::Link { .. } => self.styles.push(LINK),
            Tag::Strikethrough => self.styles.push(Style::new().effects(Effects::STRIKETHROUGH)),
            Tag::TableHead | Tag::TableRow => self.table.get_or_insert_default().push(Vec::new()),
            Tag::TableCell => self.line = Line::default(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Table => {
                self.end_table();
                self.gap = true;
            }
            TagEnd::Paragraph => {
                self.end_line();
                self.gap = true;
            }
            TagEnd::Heading(_) => {
                self.styles.pop();
                self.end_line();
                self.gap = true;
            }
            TagEnd::CodeBlock | TagEnd::BlockQuote(_) => {
                self.end_line();
                self.code = false;
                self.indent.pop();
                self.gap = true;
            }
            TagEnd::Item => {
                self.end_line();
                self.indent.pop();
                self.gap = false;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap = self.lists.is_empty();
            }
            TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link | TagEnd::Strikethrough => {
                self.styles.pop();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.line).text;
                if let Some(row) = self.table.as_mut().and_then(|rows| rows.last_mut()) {
                    row.push(cell);
                }
            }
            _ => {}
        }
    }

    /// A block begins: on a line of its own, behind an empty one if something stands before it.
    fn block(&mut self) {
        if self.line.text.trim().is_empty() || !self.line.text.ends_with(' ') {
            self.end_line();
        }
        if self.gap {
            self.out.push('\n');
            self.gap = false;
        }
    }

    fn begin_line(&mut self) {
        if self.line.columns == 0 {
            let indent: String = self.indent.concat();
            self.line.columns = indent.chars().count();
            self.line.text = indent;
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.columns > 0 {
            self.out.push_str(line.text.trim_end());
            self.out.push('\n');
        }
    }

    /// Columns as wide as their widest cell; the last takes the rest of the line and goes on below itself.
    fn end_table(&mut self) {
        let rows = self.table.take().unwrap_or_default();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0))
            .collect();
        let before: usize = widths.iter().take(columns.saturating_sub(1)).map(|width| width + 2).sum();
        for (n, row) in rows.iter().enumerate() {
            let mut line = String::new();
            let mut at = 0;
            for (column, cell) in row.iter().enumerate() {
                let last = column + 1 == columns;
                for word in cell.split(' ').filter(|word| !word.is_empty()) {
                    let start: usize = widths.iter().take(column).map(|width| width + 2).sum();
                    if last && at > before && at + 1 + width(word) > self.width {
                        self.out.push_str(line.trim_end());
                        self.out.push('\n');
                        (line, at) = (" ".repeat(before), before);
                    } else if at < start {
                        line.push_str(&" ".repeat(start - at));
                        at = start;
                    } else if at > start {
                        line.push(' ');
                        at += 1;
                    }
                    let word = if n == 0 { format!("{STRONG}{word}{STRONG:#}") } else { word.to_owned() };
                    at += width(&word);
                    line.push_str(&word);
                }
            }
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn words(&mut self, text: &str) {
        let style = self.styles.iter().fold(Style::new(), |all, style| {
            Style::new()
                .effects(all.get_effects() | style.get_effects())
                .fg_color(style.get_fg_color().or(all.get_fg_color()))
        });
        if text.starts_with(char::is_whitespace) {
            self.line.space = true;
        }
        for word in text.split_whitespace() {
            self.word(word, style);
            self.line.space = true;
        }
        self.line.space = text.ends_with(char::is_whitespace);
    }

    fn word(&mut self, word: &str, style: Style) {
        let columns = word.chars().count();
        let indent: usize = self.indent.iter().map(|part| part.chars().count()).sum();
        let wraps = !self.code && self.table.is_none();
        if wraps && self.line.space && self.line.columns + 1 + columns > self.width && self.line.columns > indent {
            self.end_line();
        }
        if self.line.columns == 0 {
            self.begin_line();
        } else if self.line.space && !self.line.text.ends_with(' ') {
            self.line.text.push(' ');
            self.line.columns += 1;
        }
        self.line.space = false;
        self.line.text.push_str(&format!("{style}{word}{style:#}"));
        self.line.columns += columns;
    }
}

/// How many columns a word takes, styles aside.
fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}

#[cfg(test)]
mod tests {
    use super::render;

    fn plain(markdown: &str, width: usize) -> String {
        anstream::adapter::strip_str(&render(markdown, width)).to_string()
    }

    #[test]
    fn blocks_lists_and_code() {
        let text = "Open **Services**, then:\n\n1. right-click `Print Spooler`\n2. choose\n   - *Restart*\n\n```\nnet stop spooler\n```\n\nDone.";
        assert_eq!(
            plain(text, 80),
            "Open Services, then:\n\n1. right-click Print Spooler\n2. choose\n   • Restart\n\n  net stop spooler\n\nDone."
        );
    }

    #[test]
    fn tables_have_columns() {
        let table = "| key | |\n|---|---|\n| `if` | a condition that is looked at |\n| `minutes` | time |";
        assert_eq!(plain(table, 25), "key\nif       a condition that\n         is looked at\nminutes  time");
    }

    #[test]
    fn long_lines_are_wrapped_below_themselves() {
        assert_eq!(plain("- one two three four five six", 20), "• one two three four\n  five six");
    }
}
