//! Whatever a tenant calls its objects, each script does what it would do of any other name.

use std::process::Command;

use hcl_edit::structure::{Body, Structure};
use proptest::prelude::*;
use tree_sitter::{Language, Parser};

use super::samples::sample;
use super::terraform::Block;
use super::{ExportFormat, az};
use crate::console::is_hidden;

/// What has a meaning to Bash, `JMESPath`, PowerShell, Terraform or Bicep.
const FRAGMENTS: [&str; 44] = [
    "'",
    "''",
    "'''",
    "\"",
    "`",
    "``",
    "$(touch x)",
    "${HOME}",
    "$HOME",
    "$$",
    "`touch x`",
    "; touch x",
    "\n",
    "\r\n",
    "\ntouch x\n",
    "\\",
    "\\'",
    "\\\"",
    "\\n",
    "#",
    "##",
    "##[error]x",
    "# x",
    "//",
    "/*",
    "*/",
    "<#",
    "#>",
    "@'",
    "'@",
    "\n'@\n",
    "@\"",
    "<<EOF",
    "EOF",
    "${var.x}",
    "%{ if true }",
    "$${x}",
    "\u{2018}",
    "\u{2019}; touch x",
    "\u{201c}",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{2028}",
    "\u{0}",
];

fn name() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        4 => proptest::sample::select(FRAGMENTS.as_slice()).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => Just("Production".to_owned()),
    ];
    proptest::collection::vec(fragment, 0..5).prop_map(|fragments| fragments.concat())
}

/// How a language writes a text and a comment.
struct Syntax {
    /// Where a text begins, and whether this ends it: the rest after its first character.
    text: fn(&str) -> Option<usize>,
    comment: &'static str,
}

/// A script without comments and texts, and without its library.
fn skeleton(script: &str, syntax: &Syntax) -> String {
    let (mut rest, mut skeleton) = (script, "\n".to_owned());
    while let Some(first) = rest.chars().next() {
        let length = if let Some(length) = (syntax.text)(rest) {
            skeleton.push('_');
            length
        } else if rest.starts_with(syntax.comment) && skeleton.ends_with(char::is_whitespace) {
            rest.find('\n').unwrap_or(rest.len())
        } else {
            skeleton.push(first);
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    let lines = skeleton.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// The length of the text that `rest` begins with: `open`, then anything up to an unescaped `close`.
fn quoted(
    rest: &str,
    open: &str,
    is_close: fn(char) -> bool,
    escape: Option<char>,
) -> Option<usize> {
    let mut characters = rest.strip_prefix(open)?.char_indices();
    while let Some((at, character)) = characters.next() {
        if Some(character) == escape {
            characters.next();
        } else if is_close(character) {
            return Some(open.len() + at + character.len_utf8());
        }
    }
    panic!("a text is not closed: {rest}");
}

/// A quote within single quotes is written outside of them.
fn bash(rest: &str) -> Option<usize> {
    if rest.starts_with("\\'") {
        return Some(2);
    }
    let single = |c| c == '\'';
    quoted(rest, "$'", single, Some('\\')).or_else(|| quoted(rest, "'", single, None))
}

fn bicep(rest: &str) -> Option<usize> {
    quoted(rest, "'", |c| c == '\'', Some('\\'))
}

/// As PowerShell takes quotes, typographic ones too. A quote within is written twice.
fn powershell(rest: &str) -> Option<usize> {
    let is_single = |c| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
    let is_double = |c| matches!(c, '"' | '\u{201c}'..='\u{201e}');
    let first = rest.chars().next().filter(|c| is_single(*c) || is_double(*c))?;
    let open = &rest[..first.len_utf8()];
    if is_single(first) {
        quoted(rest, open, is_single, None)
    } else {
        quoted(rest, open, is_double, Some('`'))
    }
}

fn hcl(rest: &str) -> Option<usize> {
    quoted(rest, "\"", |c| c == '"', Some('\\'))
}

/// What a configuration is made of, but for labels and values.
fn outline(body: &Body) -> String {
    let structures = body.iter().map(|structure| match structure {
        Structure::Attribute(attribute) => format!("{} ", attribute.key.as_str()),
        Structure::Block(block) => {
            format!(
                "{} {} {{ {}}} ",
                block.ident.as_str(),
                block.labels.len(),
                outline(&block.body)
            )
        }
    });
    structures.collect()
}

fn syntax(format: ExportFormat) -> Syntax {
    match format {
        ExportFormat::Az => Syntax { text: bash, comment: "#" },
        ExportFormat::Terraform => Syntax { text: hcl, comment: "#" },
        ExportFormat::Powershell => Syntax { text: powershell, comment: "#" },
        ExportFormat::Bicep => Syntax { text: bicep, comment: "//" },
    }
}

/// After the library, which no name is in.
fn body(script: &str) -> &str {
    let start = ["\nsigned_in ", "\nAssert-Tenant "].iter().find_map(|start| script.find(start));
    &script[start.unwrap_or_default()..]
}

/// Texts that touch are one, and what something is called in the script itself does not matter.
fn folded(skeleton: &str) -> String {
    let lines = skeleton.lines().map(|line| match line.strip_prefix("resource ") {
        Some(rest) => rest.split_once(' ').map_or("", |(_, rest)| rest),
        None => line,
    });
    let mut folded = lines.collect::<Vec<_>>().join("\n");
    while folded.contains("__") {
        folded = folded.replace("__", "_");
    }
    folded
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_name_breaks_out_of_a_script(name in name(), first: bool) {
        for format in [ExportFormat::Az, ExportFormat::Powershell, ExportFormat::Bicep] {
            let script = sample(format, &name, first);
            let harmless = sample(format, "x", first);
            let syntax = syntax(format);
            let of = |script: &str| folded(&skeleton(body(script), &syntax));
            prop_assert_eq!(of(&script), of(&harmless), "{:?}: {}", format, script);
            prop_assert!(!script.contains(|c| c != '\n' && is_hidden(c)), "{:?}: {:?}", format, script);
            prop_assert!(!script.contains("##["), "{:?}: {}", format, script);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_name_breaks_out_of_a_configuration(name in name(), first: bool) {
        let outline = |name: &str| {
            let script = sample(ExportFormat::Terraform, name, first);
            outline(&script.parse::<Body>().unwrap_or_else(|error| panic!("{error}\n{script}")))
        };
        prop_assert_eq!(outline(&name), outline("x"));
    }

    #[test]
    fn a_text_of_terraform_is_the_text(name in name()) {
        let text = name.replace('\0', "");
        let body: Body = Block::new("x").text("x", &text).print().parse().unwrap();
        let value = &body.get_blocks("x").next().unwrap().body.get_attribute("x").unwrap().value;
        prop_assert_eq!(value.as_str(), Some(text.as_str()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_word_of_bash_is_the_text(name in name()) {
        let text = name.replace('\0', "");
        let output = Command::new("bash")
            .env("LC_ALL", "C.UTF-8")
            .args(["-c", &format!("printf %s {}", az::quoted(&text))])
            .output()
            .unwrap();
        prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
    }
}

/// Where a grammar of tree-sitter does not understand a text.
fn misunderstood(text: &str, language: &Language) -> Vec<String> {
    let mut parser = Parser::new();
    parser.set_language(language).unwrap();
    let tree = parser.parse(text, None).unwrap();
    let mut found = Vec::new();
    let mut nodes = vec![tree.root_node()];
    while let Some(node) = nodes.pop() {
        if node.is_error() || node.is_missing() {
            let line = text.lines().nth(node.start_position().row).unwrap_or_default();
            found.push(format!("{}: {line}", node.start_position().row + 1));
        }
        let children =
            (0..node.child_count()).filter_map(|index| node.child(index.try_into().unwrap()));
        nodes.extend(children.filter(tree_sitter::Node::has_error));
    }
    found
}

#[test]
fn grammars_understand_the_scripts() {
    let languages = [
        (ExportFormat::Powershell, tree_sitter_powershell::LANGUAGE.into()),
        (ExportFormat::Bicep, tree_sitter_bicep::LANGUAGE.into()),
    ];
    for (format, language) in languages {
        assert!(!misunderstood("resource = {", &language).is_empty(), "{format:?}");
        for first in [true, false] {
            for name in ["x", "it's \u{201c}$(x)\u{201d} \u{2018}`x`"] {
                // The grammar knows no extension by its name in a bicepconfig.json.
                let script =
                    sample(format, name, first).replace("extension microsoftGraphV1\n", "");
                assert_eq!(misunderstood(&script, &language), Vec::<String>::new(), "{script}");
            }
        }
    }
}
