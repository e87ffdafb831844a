//! A Rust file as tokens with their lines: comments, strings and macros need no guessing.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use super::Finding;

/// A Rust file: its text, and its tokens without comments and documentation.
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
}

/// One token; a delimiter is a token of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) first_line: usize,
    last_line: usize,
}

impl<'a> Source<'a> {
    pub(super) fn parse(path: &'a str, text: &'a str) -> Result<Self, Finding> {
        let stream: TokenStream = text
            .parse()
            .map_err(|error| Finding::new(path, format!("cannot be read as Rust: {error}")))?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        Ok(Self { path, text, tokens })
    }

    /// The tokens outside `#[cfg(test)] mod … { … }`.
    pub(super) fn without_test_modules(&self) -> Vec<Token> {
        let mut kept = Vec::new();
        let mut index = 0;
        while index < self.tokens.len() {
            match test_module_end(&self.tokens, index) {
                Some(end) => index = end,
                None => {
                    kept.push(self.tokens[index].clone());
                    index += 1;
                }
            }
        }
        kept
    }
}

/// Whether these texts stand at `index`, one after the other.
pub(super) fn matches_at(tokens: &[Token], index: usize, texts: &[&str]) -> bool {
    tokens.len() >= index + texts.len()
        && texts.iter().zip(&tokens[index..]).all(|(text, token)| token.text == *text)
}

/// How many lines bear a token.
pub(super) fn code_lines(tokens: &[Token]) -> usize {
    tokens.iter().flat_map(|it| it.first_line..=it.last_line).collect::<BTreeSet<_>>().len()
}

/// The index after the delimiter that closes the one at `open`.
pub(super) fn group_end(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, token) in tokens[open..].iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    tokens.len()
}

fn test_module_end(tokens: &[Token], start: usize) -> Option<usize> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    if !matches_at(tokens, start, &MARK) {
        return None;
    }
    let mut index = start + MARK.len();
    while matches_at(tokens, index, &["#", "["]) {
        index = group_end(tokens, index + 1);
    }
    let open = index + 2;
    (matches_at(tokens, index, &["mod"]) && matches_at(tokens, open, &["{"]))
        .then(|| group_end(tokens, open))
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) if is_documentation(&group) => forget_attribute_start(into),
            TokenTree::Group(group) => {
                let (open, close) = delimiters(group.delimiter());
                into.extend(token(open, group.span_open()));
                flatten(group.stream(), into);
                into.extend(token(close, group.span_close()));
            }
            tree => into.extend(token(&tree.to_string(), tree.span())),
        }
    }
}

/// A doc comment arrives as the attribute `#[doc = "…"]` or `#![doc = "…"]`.
fn is_documentation(group: &proc_macro2::Group) -> bool {
    let mut inside = group.stream().into_iter();
    group.delimiter() == Delimiter::Bracket
        && matches!(inside.next(), Some(TokenTree::Ident(name)) if name == "doc")
        && matches!(inside.next(), Some(TokenTree::Punct(sign)) if sign.as_char() == '=')
}

fn forget_attribute_start(tokens: &mut Vec<Token>) {
    tokens.pop_if(|it| it.text == "!");
    tokens.pop_if(|it| it.text == "#");
}

fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

fn token(text: &str, span: Span) -> Option<Token> {
    let token =
        Token { text: text.to_owned(), first_line: span.start().line, last_line: span.end().line };
    (!text.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(tokens: &[Token]) -> String {
        tokens.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_documentation_are_no_tokens() {
        let text = "//! Doc.\n\n/// Doc.\n// todo!()\nfn f() { /* todo!() */ g(\"todo!()\") }\n";
        let source = Source::parse("a.rs", text).unwrap();
        assert_eq!(texts(&source.tokens), "fn f ( ) { g ( \"todo!()\" ) }");
        assert_eq!(source.tokens[0].first_line, 5);
        assert_eq!(code_lines(&source.tokens), 1);
    }

    #[test]
    fn a_string_counts_with_all_its_lines() {
        let source = Source::parse("a.rs", "const A: &str = \"1\n2\n3\";\n").unwrap();
        assert_eq!(code_lines(&source.tokens), 3);
    }

    #[test]
    fn test_modules_are_left_out_and_only_they() {
        let text = "fn f() {}\n#[cfg(test)]\n#[expect(dead_code)]\nmod tests { fn g() { {} } }\n\
                    #[cfg(test)]\nmod tests;\n#[cfg(test)]\nfn h() {}\n";
        let source = Source::parse("a.rs", text).unwrap();
        let expected =
            "fn f ( ) { } # [ cfg ( test ) ] mod tests ; # [ cfg ( test ) ] fn h ( ) { }";
        assert_eq!(texts(&source.without_test_modules()), expected);
    }

    #[test]
    fn what_is_not_rust_is_a_finding() {
        let finding = Source::parse("a.rs", "fn f( {").err().unwrap();
        assert_eq!(finding.place, "a.rs");
    }
}
