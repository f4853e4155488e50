//! From the text of a query to what it asks for. Whatever is not understood is refused, in the way
//! that the service refuses what its parser does not understand.

use super::ast::{Named, Operator, Query, SortKey};
use super::fault::Fault;
use super::token::{Placed, Token, tokens};

/// Where the service draws these lines is not known.
const LONGEST: usize = 100_000;
const MOST_OPERATORS: usize = 50;

pub(super) fn parse(text: &str) -> Result<Query, Fault> {
    if text.len() > LONGEST {
        return Err(Fault::TooComplex);
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let query = parser.query()?;
    if query.operators.len() > MOST_OPERATORS { Err(Fault::TooComplex) } else { Ok(query) }
}

pub(super) struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    /// How many parentheses are open.
    pub(super) depth: usize,
}

impl Parser {
    fn query(&mut self) -> Result<Query, Fault> {
        let begins_with_table = self.next_is_end_or_pipe(1);
        let table = if begins_with_table { self.name()? } else { "resources".to_owned() };
        let mut operators = Vec::new();
        if !begins_with_table {
            operators.push(self.operator()?);
        }
        while self.take("|") {
            operators.push(self.operator()?);
        }
        match self.peek() {
            Token::End => Ok(Query { table, operators }),
            _ => Err(self.unexpected()),
        }
    }

    fn next_is_end_or_pipe(&self, ahead: usize) -> bool {
        let next = self.tokens.get(self.at + ahead).map(|placed| &placed.token);
        matches!(next, Some(Token::End | Token::Sign("|"))) && !self.is_word("count")
    }

    fn operator(&mut self) -> Result<Operator, Fault> {
        let Token::Word(word) = self.peek().clone() else { return Err(self.unexpected()) };
        match word.as_str() {
            "where" => {
                self.at += 1;
                Ok(Operator::Where(self.expression()?))
            }
            "project" => self.listed(Operator::Project),
            "extend" => self.listed(Operator::Extend),
            "distinct" => self.listed(Operator::Distinct),
            "project-away" => {
                self.at += 1;
                Ok(Operator::ProjectAway(self.separated(Self::name)?))
            }
            "order" | "sort" => {
                self.at += 1;
                self.keyword("by")?;
                Ok(Operator::OrderBy(self.separated(Self::sort_key)?))
            }
            "limit" | "take" => {
                self.at += 1;
                Ok(Operator::Limit(self.count()?))
            }
            "top" => {
                self.at += 1;
                let count = self.count()?;
                self.keyword("by")?;
                Ok(Operator::Top(count, self.separated(Self::sort_key)?))
            }
            "count" => {
                self.at += 1;
                Ok(Operator::Count)
            }
            "summarize" => self.summarize(),
            "mv-expand" => {
                self.at += 1;
                Ok(Operator::MvExpand(self.named(1)?))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn listed(&mut self, operator: fn(Vec<Named>) -> Operator) -> Result<Operator, Fault> {
        self.at += 1;
        Ok(operator(self.named_list()?))
    }

    fn named_list(&mut self) -> Result<Vec<Named>, Fault> {
        let mut list = vec![self.named(1)?];
        while self.take(",") {
            list.push(self.named(list.len() + 1)?);
        }
        Ok(list)
    }

    /// `alias = expression`, or an expression that names itself.
    fn named(&mut self, number: usize) -> Result<Named, Fault> {
        let alias = match (self.peek(), self.tokens.get(self.at + 1).map(|next| &next.token)) {
            (Token::Word(alias), Some(Token::Sign("="))) => Some(alias.clone()),
            _ => None,
        };
        if alias.is_some() {
            self.at += 2;
        }
        let value = self.expression()?;
        let name = alias.or_else(|| value.default_name());
        Ok(Named { name: name.unwrap_or_else(|| format!("Column{number}")), value })
    }

    /// Greatest first unless it says otherwise (documented).
    fn sort_key(&mut self) -> Result<SortKey, Fault> {
        let value = self.expression()?;
        let ascending = self.take_word("asc");
        if !ascending {
            self.take_word("desc");
        }
        Ok(SortKey { value, ascending })
    }

    fn summarize(&mut self) -> Result<Operator, Fault> {
        self.at += 1;
        let by = |parser: &mut Self| {
            if parser.take_word("by") { parser.named_list() } else { Ok(Vec::new()) }
        };
        if self.is_word("by") {
            return Ok(Operator::Summarize(None, by(self)?));
        }
        let mut name = "count_".to_owned();
        if matches!(self.tokens.get(self.at + 1), Some(next) if next.token == Token::Sign("=")) {
            name = self.name()?;
            self.sign("=")?;
        }
        self.keyword("count")?;
        self.sign("(")?;
        self.sign(")")?;
        Ok(Operator::Summarize(Some(name), by(self)?))
    }

    fn count(&mut self) -> Result<usize, Fault> {
        match self.peek() {
            Token::Literal(value) => {
                let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
                let count = count.ok_or_else(|| self.unexpected())?;
                self.at += 1;
                Ok(count)
            }
            _ => Err(self.unexpected()),
        }
    }

    pub(super) fn separated<T>(
        &mut self,
        one: fn(&mut Self) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut all = vec![one(self)?];
        while self.take(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    pub(super) fn name(&mut self) -> Result<String, Fault> {
        let Token::Word(name) = self.peek().clone() else { return Err(self.unexpected()) };
        self.at += 1;
        Ok(name)
    }

    /// The last token is the end, beyond which nothing is read.
    pub(super) fn peek(&self) -> &Token {
        &self.placed().token
    }

    fn placed(&self) -> &Placed {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found == word)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn keyword(&mut self, word: &str) -> Result<(), Fault> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(found) if *found == sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn sign(&mut self, sign: &str) -> Result<(), Fault> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn unexpected(&self) -> Fault {
        self.placed().unexpected()
    }
}
