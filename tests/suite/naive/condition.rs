//! Conditions in Kleene's logic: parsed into a tree and evaluated by recursion.

#[derive(Debug, PartialEq)]
pub enum Condition {
    Constant(bool),
    Test(String, Test),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

/// What a condition asks of one fact. Literals are text; `true` is `yes`, `false` is `no`.
#[derive(Debug, PartialEq)]
pub enum Test {
    Holds,
    IsKnown,
    Equal(String),
    Less(String),
    Greater(String),
    In(Vec<String>),
}

/// The result of one test, `None` while the fact has no value.
type Truth<'a> = dyn Fn(&str, &Test) -> Option<bool> + 'a;

impl Condition {
    /// `None`: not a condition.
    pub fn parse(text: &str) -> Option<Condition> {
        let mut parser = Parser { tokens: tokens(text)?, at: 0 };
        let condition = parser.or()?;
        (parser.at == parser.tokens.len()).then_some(condition)
    }

    pub fn truth(&self, truth: &Truth) -> Option<bool> {
        match self {
            Condition::Constant(value) => Some(*value),
            Condition::Test(fact, test) => truth(fact, test),
            Condition::Not(a) => a.truth(truth).map(|value| !value),
            Condition::And(a, b) => match (a.truth(truth), b.truth(truth)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Condition::Or(a, b) => match (a.truth(truth), b.truth(truth)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }

    /// The first fact from left to right, on a side that has no value, that `picks` takes.
    pub fn first(&self, truth: &Truth, picks: &dyn Fn(&str) -> bool) -> Option<&str> {
        if self.truth(truth).is_some() {
            return None;
        }
        match self {
            Condition::Constant(_) => None,
            Condition::Test(fact, _) => picks(fact).then_some(fact),
            Condition::Not(a) => a.first(truth, picks),
            Condition::And(a, b) | Condition::Or(a, b) => a.first(truth, picks).or_else(|| b.first(truth, picks)),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Literal(String),
    Sign(&'static str),
}

const SIGNS: [&str; 11] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length;
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            length = sign.len();
            tokens.push(Token::Sign(sign));
        } else if first == '"' || first == '\'' {
            let inner = &rest[1..];
            let end = inner.find(first)?;
            length = end + 2;
            tokens.push(Token::Literal(inner[..end].to_owned()));
        } else if first.is_ascii_digit() || first == '-' {
            let end = rest[1..].find(|c: char| !c.is_ascii_digit() && c != '.');
            length = end.map_or(rest.len(), |end| end + 1);
            tokens.push(Token::Literal(rest[..length].to_owned()));
        } else if first.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            length = end.unwrap_or(rest.len());
            tokens.push(match &rest[..length] {
                "true" => Token::Literal("yes".to_owned()),
                "false" => Token::Literal("no".to_owned()),
                word => Token::Word(word.to_owned()),
            });
        } else {
            return None;
        }
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn or(&mut self) -> Option<Condition> {
        let mut left = self.and()?;
        while self.word("or") {
            left = Condition::Or(Box::new(left), Box::new(self.and()?));
        }
        Some(left)
    }

    fn and(&mut self) -> Option<Condition> {
        let mut left = self.not()?;
        while self.word("and") {
            left = Condition::And(Box::new(left), Box::new(self.not()?));
        }
        Some(left)
    }

    fn not(&mut self) -> Option<Condition> {
        if self.word("not") {
            return Some(negated(self.not()?));
        }
        if self.sign("(") {
            let inner = self.or()?;
            return self.sign(")").then_some(inner);
        }
        self.test()
    }

    fn test(&mut self) -> Option<Condition> {
        match self.next()? {
            Token::Word(fact) => self.test_of(fact),
            Token::Literal(literal) => self.literal_first(literal),
            Token::Sign(_) => None,
        }
    }

    fn test_of(&mut self, fact: String) -> Option<Condition> {
        if self.word("is") {
            let not = self.word("not");
            let test = Condition::Test(fact, Test::IsKnown);
            return self.word("known").then(|| if not { negated(test) } else { test });
        }
        if self.word("in") {
            return Some(Condition::Test(fact, Test::In(self.list()?)));
        }
        if self.word("not") {
            let list = self.word("in").then(|| self.list())??;
            return Some(negated(Condition::Test(fact, Test::In(list))));
        }
        match self.comparison() {
            Some(sign) => Some(compare(fact, sign, self.literal()?)),
            None => Some(Condition::Test(fact, Test::Holds)),
        }
    }

    fn literal_first(&mut self, literal: String) -> Option<Condition> {
        let Some(sign) = self.comparison() else {
            return match literal.as_str() {
                "yes" => Some(Condition::Constant(true)),
                "no" => Some(Condition::Constant(false)),
                _ => None,
            };
        };
        let turned = match sign {
            "<" => ">",
            ">" => "<",
            "<=" => ">=",
            ">=" => "<=",
            same => same,
        };
        match self.next()? {
            Token::Word(fact) => Some(compare(fact, turned, literal)),
            _ => None,
        }
    }

    fn list(&mut self) -> Option<Vec<String>> {
        let mut items = Vec::new();
        if !self.sign("[") {
            return None;
        }
        while !self.sign("]") {
            items.push(self.literal()?);
            self.sign(",");
        }
        Some(items)
    }

    fn literal(&mut self) -> Option<String> {
        match self.next()? {
            Token::Literal(text) => Some(text),
            _ => None,
        }
    }

    fn comparison(&mut self) -> Option<&'static str> {
        SIGNS[..6].iter().find(|sign| self.sign(sign)).copied()
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn word(&mut self, word: &str) -> bool {
        self.pass(&Token::Word(word.to_owned()))
    }

    fn sign(&mut self, sign: &'static str) -> bool {
        self.pass(&Token::Sign(sign))
    }

    /// Steps over this token if it comes next.
    fn pass(&mut self, token: &Token) -> bool {
        let here = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(here);
        here
    }
}

fn negated(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn compare(fact: String, sign: &str, literal: String) -> Condition {
    match sign {
        "<" => Condition::Test(fact, Test::Less(literal)),
        ">" => Condition::Test(fact, Test::Greater(literal)),
        "<=" => negated(Condition::Test(fact, Test::Greater(literal))),
        ">=" => negated(Condition::Test(fact, Test::Less(literal))),
        "!=" => negated(Condition::Test(fact, Test::Equal(literal))),
        _ => Condition::Test(fact, Test::Equal(literal)),
    }
}
