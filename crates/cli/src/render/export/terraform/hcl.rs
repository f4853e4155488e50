//! HCL, laid out as `terraform fmt` leaves it.

use std::fmt::Write;

use crate::console::{BREAKS_A_LOG, is_hidden};

/// `resource "type" "label"` and what stands in it.
pub(in crate::render::export) struct Block {
    head: String,
    items: Vec<Item>,
}

enum Item {
    /// Name and expression; one of several lines stands alone.
    Attribute(String, String),
    Block(Block),
    /// In front of the next item.
    Comment(String),
}

impl Block {
    pub(in crate::render::export) fn new(head: impl Into<String>) -> Block {
        Block { head: head.into(), items: Vec::new() }
    }

    pub(super) fn resource(kind: &str, label: &str) -> Block {
        Block::new(format!("resource \"{kind}\" \"{label}\""))
    }

    /// Takes what is there into Terraform's state, instead of making another one.
    pub(super) fn import(kind: &str, label: &str, id: &str) -> Block {
        Block::new("import").with("to", format!("{kind}.{label}")).text("id", id)
    }

    /// An expression.
    pub(super) fn with(mut self, name: &str, expression: impl Into<String>) -> Block {
        self.items.push(Item::Attribute(name.to_owned(), expression.into()));
        self
    }

    pub(in crate::render::export) fn text(self, name: &str, text: &str) -> Block {
        self.with(name, quoted(text))
    }

    /// A list of texts, one in each line where they are long.
    pub(super) fn list<'a>(self, name: &str, texts: impl IntoIterator<Item = &'a str>) -> Block {
        let texts: Vec<_> = texts.into_iter().map(quoted).collect();
        let line = format!("[{}]", texts.join(", "));
        if texts.len() < 2 || line.len() < 60 {
            return self.with(name, line);
        }
        self.with(name, format!("[\n  {},\n]", texts.join(",\n  ")))
    }

    /// The same of ids, each with its name. Ids are of one width, and so their names stand in line.
    pub(super) fn ids(self, name: &str, ids: &[(String, String)]) -> Block {
        let lines = ids.iter().map(|(id, name)| format!("  {}, # {name}\n", quoted(id)));
        self.with(name, format!("[\n{}]", lines.collect::<String>()))
    }

    pub(super) fn block(mut self, block: Block) -> Block {
        self.items.push(Item::Block(block));
        self
    }

    pub(super) fn comment(mut self, text: &str) -> Block {
        self.items.push(Item::Comment(text.to_owned()));
        self
    }

    /// With its last line ended.
    pub(in crate::render::export) fn print(&self) -> String {
        if self.items.is_empty() {
            return format!("{} {{}}\n", self.head);
        }
        let mut text = format!("{} {{\n", self.head);
        for (index, item) in self.items.iter().enumerate() {
            match item {
                Item::Attribute(name, expression) => {
                    let width = self.width(index);
                    text += &indented(&format!("{name:width$} = {expression}\n"));
                }
                Item::Block(block) => text += &indented(&block.print()),
                Item::Comment(comment) => text += &indented(&format!("# {comment}\n")),
            }
        }
        text + "}\n"
    }

    /// Names of attributes that follow each other, each in one line, are as wide as the widest.
    fn width(&self, index: usize) -> usize {
        let is_in_row = |item: &&Item| matches!(item, Item::Attribute(_, e) if !e.contains('\n'));
        if !is_in_row(&&self.items[index]) {
            return 0;
        }
        let before = self.items[..index].iter().rev().take_while(is_in_row);
        let after = self.items[index..].iter().take_while(is_in_row);
        let widths = before.chain(after).map(|item| match item {
            Item::Attribute(name, _) => name.len(),
            Item::Block(_) | Item::Comment(_) => 0,
        });
        widths.max().unwrap_or_default()
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// A text that is no template, whatever is in it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    let text = text.replace('\0', "").replace("${", "$${").replace("%{", "%%{");
    let text = text.replace(BREAKS_A_LOG, "#\0");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted += "\\n",
            '\r' => quoted += "\\r",
            '\t' => quoted += "\\t",
            // Stands for a second number sign here.
            '\0' => quoted += "\\u0023",
            hidden if is_hidden(hidden) => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(hidden));
            }
            plain => quoted.push(plain),
        }
    }
    quoted + "\""
}
