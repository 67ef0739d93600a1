//! Reads a condition, resolves its names and checks its types, all in one pass.

use super::{Compare, Condition, Slot, Type, Value};
use crate::diagnostic::{Diagnostic, Sink, Span, Spanned, form, locate, wording};

/// What is wrong with a condition beyond its form; each kind is a rule's.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// A name that is no fact. `literal` if quotes would make it a value of the fact beside it.
    Undeclared { name: Spanned<String>, literal: bool },
    /// A value or an operator that the fact's type does not have.
    Mismatch { span: Span, message: String, help: String },
    /// A value of the right type that the fact can never have.
    NotAllowed { span: Span, message: String, help: String },
}

/// The deepest nesting of parentheses and `not`.
const MAX_DEPTH: usize = 32;
/// The longest condition, in bytes.
const MAX_LENGTH: usize = 2_000;

/// Reads a condition. `facts` finds a fact by name. What cannot be read becomes [`Condition::Broken`].
pub fn parse<'a>(
    source: &Spanned<String>,
    file: &str,
    facts: &dyn Fn(&str) -> Option<(Slot, &'a Type)>,
    findings: &Sink<Diagnostic>,
    faults: &Sink<Fault>,
) -> Condition {
    let tokens = match lex(source, file) {
        Ok(tokens) => tokens,
        Err(found) => {
            findings.push(*found);
            return Condition::Broken;
        }
    };
    let mut parser = Parser { tokens, at: 0, depth: 0, facts, faults, end: source.span };
    let read = parser.or().and_then(|condition| match parser.peek() {
        None => Ok(condition),
        Some((token, span)) => Err(unexpected(token, *span)),
    });
    read.unwrap_or_else(|found| {
        findings.push(*found);
        Condition::Broken
    })
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(f64),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 11] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

type Parsed<T> = Result<T, Box<Diagnostic>>;

fn malformed<T>(span: Span, message: impl Into<String>, help: impl Into<String>) -> Parsed<T> {
    Err(Box::new(form::malformed_condition(span, message, help)))
}

fn unexpected(token: &Token, span: Span) -> Box<Diagnostic> {
    let (message, help) = match token {
        Token::Name(name) if name == "is" => {
            ("after `is` stands `known`".to_owned(), "write `fact is known` or `fact is not known`")
        }
        Token::Name(name) => (
            format!("`{}` is not expected here", wording::shorten(name)),
            "join conditions with `and` or `or`; put a text in quotes",
        ),
        Token::Text(_) => ("a text is not expected here".to_owned(), "compare a fact with it: `os == \"windows\"`"),
        Token::Number(_) => ("a number is not expected here".to_owned(), "compare a fact with it: `age >= 3`"),
        Token::Symbol(symbol) => {
            (format!("`{symbol}` is not expected here"), "a condition is for example `os == \"windows\" and tries > 2`")
        }
    };
    Box::new(form::malformed_condition(span, message, help))
}

fn lex(source: &Spanned<String>, file: &str) -> Parsed<Vec<(Token, Span)>> {
    let text = source.value.as_str();
    if text.len() > MAX_LENGTH {
        let message = format!("this condition is longer than {MAX_LENGTH} characters");
        return malformed(source.span, message, "split it over several `branch` conditions");
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    let span = |from: usize, to: usize| {
        let whole = &text[from..to];
        locate(file, source.span, whole, from, text)
    };
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Token::Symbol(symbol), symbol.len())
        } else if c == '"' || c == '\'' {
            let Some(end) = rest[1..].find(c) else {
                return malformed(span(at, text.len()), "this text is not closed", format!("end it with `{c}`"));
            };
            (Token::Text(rest[1..=end].to_owned()), end + 2)
        } else if let Some(date) = rest.get(..10).filter(|date| date.parse::<jiff::civil::Date>().is_ok()) {
            let help = format!("put the date in quotes: `\"{date}\"`");
            return malformed(span(at, at + date.len()), "a date stands in quotes", help);
        } else if c.is_ascii_digit() || (c == '-' && rest[1..].starts_with(|d: char| d.is_ascii_digit())) {
            let end = rest[1..].find(|d: char| !d.is_ascii_digit() && d != '.').map_or(rest.len(), |n| n + 1);
            match rest[..end].parse::<f64>() {
                Ok(number) if number.is_finite() && number.abs() < 1e15 => (Token::Number(number + 0.0), end),
                _ => {
                    return malformed(
                        span(at, at + end),
                        "this is not a number",
                        "write digits and at most one point; numbers have up to 15 digits",
                    );
                }
            }
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|d: char| !d.is_alphanumeric() && d != '_').unwrap_or(rest.len());
            (Token::Name(rest[..end].to_owned()), end)
        } else {
            let help = match c {
                '=' => "compare with `==`",
                '!' => "write `!=`, or `not`",
                '&' => "write `and`",
                '|' => "write `or`",
                '“' | '”' | '„' => "use straight quotes: \"…\"",
                '.' => "a fact has no parts; write its name alone",
                _ => "a condition is for example `os == \"windows\" and tries > 2`",
            };
            return malformed(span(at, at + c.len_utf8()), format!("`{c}` is not part of a condition"), help);
        };
        tokens.push((token, span(at, at + length)));
        at += length;
    }
    Ok(tokens)
}

struct Parser<'p, 'a> {
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
    facts: &'p dyn Fn(&str) -> Option<(Slot, &'a Type)>,
    faults: &'p Sink<Fault>,
    end: Span,
}

/// One side of a comparison.
enum Side<'a> {
    Fact(Spanned<String>, Option<(Slot, &'a Type)>),
    Literal(Spanned<Literal>),
}

#[derive(Clone, Debug, PartialEq)]
enum Literal {
    Text(String),
    Number(f64),
    Truth(bool),
}

impl<'a> Parser<'_, 'a> {
    fn peek(&self) -> Option<&(Token, Span)> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<(Token, Span)> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let there = matches!(self.peek(), Some((Token::Name(name), _)) if name == word);
        self.at += usize::from(there);
        there
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let there = matches!(self.peek(), Some((Token::Symbol(s), _)) if *s == symbol);
        self.at += usize::from(there);
        there
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return malformed(
                self.end,
                "this condition is nested too deep",
                "split it over several `branch` conditions",
            );
        }
        let value = inner(self);
        self.depth -= 1;
        value
    }

    fn or(&mut self) -> Parsed<Condition> {
        let mut left = self.and()?;
        while self.word("or") {
            left = Condition::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Condition> {
        let mut left = self.not()?;
        while self.word("and") {
            left = Condition::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed<Condition> {
        if self.word("not") {
            return self.deeper(|parser| Ok(Condition::Not(Box::new(parser.not()?))));
        }
        if self.symbol("(") {
            let inner = self.deeper(Self::or)?;
            return if self.symbol(")") { Ok(inner) } else { self.missing(")") };
        }
        self.comparison()
    }

    fn missing<T>(&self, symbol: &str) -> Parsed<T> {
        let span = self.peek().map_or(self.end, |(_, span)| *span);
        malformed(span, format!("`{symbol}` is missing here"), "close what was opened")
    }

    fn side(&mut self) -> Parsed<Side<'a>> {
        let Some((token, span)) = self.next() else {
            return malformed(
                self.end,
                "this condition is not finished",
                "a condition is for example `os == \"windows\" and tries > 2`",
            );
        };
        Ok(match token {
            Token::Name(name) if name == "true" || name == "false" => {
                Side::Literal(Spanned::new(Literal::Truth(name == "true"), span))
            }
            Token::Name(name) if matches!(name.as_str(), "and" | "or" | "not" | "in" | "is") => {
                return Err(unexpected(&Token::Name(name), span));
            }
            Token::Name(name) => {
                let found = (self.facts)(&name);
                Side::Fact(Spanned::new(name, span), found)
            }
            Token::Text(text) => Side::Literal(Spanned::new(Literal::Text(text), span)),
            Token::Number(number) => Side::Literal(Spanned::new(Literal::Number(number), span)),
            Token::Symbol(_) => return Err(unexpected(&token, span)),
        })
    }

    fn comparison(&mut self) -> Parsed<Condition> {
        let left = self.side()?;
        if self.word("is") {
            let negated = self.word("not");
            if !self.word("known") {
                let span = self.peek().map_or(self.end, |(_, span)| *span);
                return malformed(
                    span,
                    "after `is` stands `known`",
                    "write `fact is known` or `fact is not known`; compare values with `==`",
                );
            }
            let known = self.fact(left)?.map_or(Condition::Broken, |(slot, _)| Condition::IsKnown(slot));
            return Ok(if negated { Condition::Not(Box::new(known)) } else { known });
        }
        let negated = matches!(self.peek(), Some((Token::Name(n), _)) if n == "not")
            && matches!(self.tokens.get(self.at + 1), Some((Token::Name(n), _)) if n == "in");
        self.at += usize::from(negated);
        if self.word("in") {
            let condition = self.list(left)?;
            return Ok(if negated { Condition::Not(Box::new(condition)) } else { condition });
        }
        let compare = match self.peek() {
            Some((Token::Symbol(symbol), _)) => match *symbol {
                "==" => Some(Compare::Equal),
                "!=" => Some(Compare::Unequal),
                "<" => Some(Compare::Less),
                "<=" => Some(Compare::AtMost),
                ">" => Some(Compare::Greater),
                ">=" => Some(Compare::AtLeast),
                _ => None,
            },
            _ => None,
        };
        let Some(compare) = compare else { return self.alone(left) };
        let operator = self.next().expect("it was looked at").1;
        let right = self.side()?;
        match (left, right) {
            (Side::Fact(name, found), Side::Literal(literal)) => {
                Ok(self.test(name, found, compare, operator, &literal))
            }
            (Side::Literal(literal), Side::Fact(name, found)) => {
                Ok(self.test(name, found, flip(compare), operator, &literal))
            }
            (Side::Fact(name, Some(_)), Side::Fact(other, None))
            | (Side::Fact(other, None), Side::Fact(name, Some(_))) => {
                let literal = (self.facts)(&name.value).is_some_and(|(_, kind)| kind.read(&other.value).is_some());
                self.faults.push(Fault::Undeclared { name: other, literal });
                Ok(Condition::Broken)
            }
            (Side::Fact(left, None), Side::Fact(right, None)) => {
                self.faults.push(Fault::Undeclared { name: left, literal: false });
                self.faults.push(Fault::Undeclared { name: right, literal: true });
                Ok(Condition::Broken)
            }
            (Side::Fact(..), Side::Fact(right, _)) => malformed(
                right.span,
                "two facts cannot be compared with each other",
                "compare each with values: `a == \"x\" and b == \"x\"`",
            ),
            (Side::Literal(_), Side::Literal(right)) => malformed(
                right.span,
                "this compares two values, no fact",
                "one side must be the name of a fact, without quotes",
            ),
        }
    }

    /// The fact of a side, reported if there is none.
    fn fact(&mut self, side: Side<'a>) -> Parsed<Option<(Spanned<Slot>, &'a Type)>> {
        match side {
            Side::Fact(name, Some((slot, kind))) => Ok(Some((Spanned::new(slot, name.span), kind))),
            Side::Fact(name, None) => {
                self.faults.push(Fault::Undeclared { name, literal: false });
                Ok(None)
            }
            Side::Literal(literal) => {
                malformed(literal.span, "here stands the name of a fact", "write it without quotes")
            }
        }
    }

    /// A yes-no fact that stands alone.
    fn alone(&mut self, side: Side<'a>) -> Parsed<Condition> {
        let name = match &side {
            Side::Fact(name, _) => name.value.clone(),
            Side::Literal(literal) => {
                return malformed(
                    literal.span,
                    "a condition cannot be a value alone",
                    "compare a fact with it: `os == \"windows\"`",
                );
            }
        };
        let Some((slot, kind)) = self.fact(side)? else { return Ok(Condition::Broken) };
        match kind {
            Type::YesNo => Ok(Condition::Test(slot, Compare::Equal, Value::YesNo(true))),
            Type::Broken => Ok(Condition::Broken),
            kind => {
                let message = format!("`{name}` alone is not a condition: it takes {}", kind.takes());
                let help = format!("compare it: `{name} == {}`", example(kind));
                self.faults.push(Fault::Mismatch { span: slot.span, message, help });
                Ok(Condition::Broken)
            }
        }
    }

    fn list(&mut self, left: Side<'a>) -> Parsed<Condition> {
        if !self.symbol("[") {
            let span = self.peek().map_or(self.end, |(_, span)| *span);
            return malformed(span, "after `in` stands a list", "write `os in [\"windows\", \"macos\"]`");
        }
        let mut literals = Vec::new();
        while !self.symbol("]") {
            match self.side()? {
                Side::Literal(literal) => literals.push(literal),
                Side::Fact(name, _) => self.faults.push(Fault::Undeclared { name, literal: true }),
            }
            if !self.symbol(",") && !matches!(self.peek(), Some((Token::Symbol("]"), _))) {
                return self.missing("]");
            }
        }
        let name = match &left {
            Side::Fact(name, _) => name.value.clone(),
            Side::Literal(_) => String::new(),
        };
        let Some((slot, kind)) = self.fact(left)? else { return Ok(Condition::Broken) };
        let values: Vec<Value> = literals.iter().filter_map(|literal| self.value(&name, kind, literal)).collect();
        Ok(if values.len() == literals.len() && !matches!(kind, Type::Broken) {
            Condition::In(slot, values)
        } else {
            Condition::Broken
        })
    }

    fn test(
        &mut self,
        name: Spanned<String>,
        found: Option<(Slot, &'a Type)>,
        compare: Compare,
        operator: Span,
        literal: &Spanned<Literal>,
    ) -> Condition {
        let Some((slot, kind)) = found else {
            self.faults.push(Fault::Undeclared { name, literal: false });
            return Condition::Broken;
        };
        let orders = !matches!(compare, Compare::Equal | Compare::Unequal);
        if orders && matches!(kind, Type::YesNo | Type::Choice(_) | Type::Text(_)) {
            let message = format!("`{}` has no order: it takes {}", name.value, kind.takes());
            self.faults.push(Fault::Mismatch {
                span: operator,
                message,
                help: "only numbers and dates are compared with `<` and `>`; use `==`, `!=` or `in`".into(),
            });
            return Condition::Broken;
        }
        match self.value(&name.value, kind, literal) {
            Some(value) => Condition::Test(Spanned::new(slot, name.span), compare, value),
            None => Condition::Broken,
        }
    }

    /// The literal as a value of the fact's type, reported if it is none.
    fn value(&mut self, name: &str, kind: &Type, literal: &Spanned<Literal>) -> Option<Value> {
        let span = literal.span;
        let mismatch = |this: &mut Self, found: &str, help: String| {
            this.faults.push(Fault::Mismatch {
                span,
                message: format!("`{name}` takes {}, and this is {found}", kind.takes()),
                help,
            });
            None
        };
        let value = match (kind, &literal.value) {
            (Type::Broken, _) => return None,
            (Type::YesNo, Literal::Truth(truth)) => return Some(Value::YesNo(*truth)),
            (Type::YesNo, _) => return mismatch(self, "something else", format!("write `{name}` or `not {name}`")),
            (Type::Choice(_) | Type::Text(_) | Type::Date(..), Literal::Number(number)) => {
                return mismatch(self, "a number", format!("put it in quotes: `\"{number}\"`"));
            }
            (_, Literal::Truth(_)) => {
                return mismatch(self, "a truth value", format!("compare it: `{name} == {}`", example(kind)));
            }
            (Type::Number(..), Literal::Text(text)) => {
                let help = if text.trim().parse::<f64>().is_ok() {
                    format!("write it without quotes: `{}`", text.trim())
                } else {
                    "write a number".into()
                };
                return mismatch(self, "a text", help);
            }
            (Type::Number(..), Literal::Number(number)) => Some(Value::Number(*number)),
            (Type::Date(..), Literal::Text(text)) => match text.parse() {
                Ok(date) => Some(Value::Date(date)),
                Err(_) => return mismatch(self, "not a date", "write year, month and day: `\"2027-05-01\"`".into()),
            },
            (Type::Choice(_) | Type::Text(_), Literal::Text(text)) => Some(Value::Text(text.as_str().into())),
        };
        if value.as_ref().is_some_and(|value| !kind.admits(value)) {
            let shown = value.as_ref().map(ToString::to_string).unwrap_or_default();
            let help = match kind {
                Type::Choice(ids) => wording::suggest(&shown, ids.iter().map(|id| id.as_ref()))
                    .unwrap_or_else(|| format!("it takes {}", kind.takes())),
                _ => format!("it takes {}", kind.takes()),
            };
            self.faults.push(Fault::NotAllowed {
                span,
                message: format!("`{name}` can never be `{}`", wording::shorten(&shown)),
                help,
            });
            return None;
        }
        value
    }
}

fn flip(compare: Compare) -> Compare {
    match compare {
        Compare::Less => Compare::Greater,
        Compare::AtMost => Compare::AtLeast,
        Compare::Greater => Compare::Less,
        Compare::AtLeast => Compare::AtMost,
        same => same,
    }
}

fn example(kind: &Type) -> String {
    match kind {
        Type::Choice(ids) => format!("\"{}\"", ids.first().map_or("…", |id| id.as_ref())),
        Type::Number(low, _) => low.unwrap_or(1.0).to_string(),
        Type::Date(..) => "\"2027-05-01\"".into(),
        _ => "\"…\"".into(),
    }
}
