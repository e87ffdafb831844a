//! Files and functions stay small enough to be read at once.

use super::Finding;
use super::source::{self, Source, Token, group_end};

/// Lines of code in a file, without its tests.
const FILE_LIMIT: usize = 300;

/// Lines of code in a function, with its signature.
const FUNCTION_LIMIT: usize = 60;

/// A file or function that may be larger than the limit, for a reason that is written down.
pub(super) struct Exception {
    /// `path`, or `path#function`.
    pub(super) place: &'static str,
    /// As long as it is now, so that it can only shrink.
    pub(super) lines: usize,
}

/// Larger than the limit for now. Comment each with its reason; a check fails when one is needed no more.
pub(super) const EXCEPTIONS: &[Exception] = &[];

pub(super) fn check(sources: &[Source<'_>], exceptions: &[Exception]) -> Vec<Finding> {
    let measured: Vec<_> = sources.iter().flat_map(measure).collect();
    let too_large = measured.iter().filter_map(|it| it.judge(exceptions));
    let unused = exceptions.iter().filter_map(|it| it.judge(&measured));
    too_large.chain(unused).collect()
}

/// How large something is that has a limit.
struct Measure {
    place: String,
    lines: usize,
    limit: usize,
}

impl Measure {
    fn judge(&self, exceptions: &[Exception]) -> Option<Finding> {
        let allowed =
            exceptions.iter().find(|it| it.place == self.place).map_or(self.limit, |it| it.lines);
        (self.lines > allowed).then(|| {
            Finding::new(
                &self.place,
                format!("{} lines of code, {allowed} are allowed", self.lines),
            )
        })
    }
}

impl Exception {
    fn judge(&self, measured: &[Measure]) -> Option<Finding> {
        let needed = measured
            .iter()
            .find(|it| it.place == self.place)
            .map_or(0, |it| it.lines.max(it.limit));
        (needed < self.lines).then(|| {
            Finding::new(
                self.place,
                format!("the exception for {} lines is no longer needed", self.lines),
            )
        })
    }
}

fn measure(source: &Source<'_>) -> Vec<Measure> {
    let tokens = source.without_test_modules();
    let functions = functions(&tokens).into_iter().map(|(name, body)| Measure {
        place: format!("{}#{name}", source.path),
        lines: source::code_lines(body),
        limit: FUNCTION_LIMIT,
    });
    let file = (!is_all_tests(source.path)).then(|| Measure {
        place: source.path.to_owned(),
        lines: source::code_lines(&tokens),
        limit: FILE_LIMIT,
    });
    file.into_iter().chain(functions).collect()
}

/// A list of tests is not read at once, so it may be long, wherever it stands.
fn is_all_tests(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("tests/it/")
}

/// Every function with a body, by name, from `fn` to the closing brace.
fn functions(tokens: &[Token]) -> Vec<(&str, &[Token])> {
    let starts = (0..tokens.len()).filter(|&index| tokens[index].text == "fn");
    starts
        .filter_map(|start| {
            let name = tokens.get(start + 1).filter(|it| it.text != "(")?; // `fn(` is a type
            let end = group_end(tokens, body(tokens, start)?);
            Some((name.text.as_str(), &tokens[start..end]))
        })
        .collect()
}

/// The brace that opens the body of the function at `start`; a trait's method may have none.
fn body(tokens: &[Token], start: usize) -> Option<usize> {
    let mut index = start;
    loop {
        match tokens.get(index)?.text.as_str() {
            "{" => return Some(index),
            ";" => return None,
            "(" | "[" => index = group_end(tokens, index),
            _ => index += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_text(text: &str, exceptions: &[Exception], expected: &[&str]) {
        let sources = [Source::parse("src/a.rs", text).unwrap()];
        let findings: Vec<_> =
            check(&sources, exceptions).iter().map(ToString::to_string).collect();
        assert_eq!(findings, expected);
    }

    fn file(lines: usize) -> String {
        "const A: u8 = 1; // a comment\n\n/// Documentation.\n".repeat(lines)
    }

    fn function(lines: usize) -> String {
        format!("fn long(a: [u8; {{ 2 }}]) {{\n{}}}\n", "    let a = 1;\n".repeat(lines - 2))
    }

    #[test]
    fn a_file_has_300_lines_of_code_at_most() {
        check_text(&file(300), &[], &[]);
        check_text(&file(301), &[], &["src/a.rs: 301 lines of code, 300 are allowed"]);
        check_text(&format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", file(300), file(50)), &[], &[]);
    }

    #[test]
    fn a_function_has_60_lines_of_code_at_most() {
        check_text(&function(60), &[], &[]);
        check_text(&function(61), &[], &["src/a.rs#long: 61 lines of code, 60 are allowed"]);
        check_text("trait T { fn f(&self); }\ntype F = fn(u8);\n", &[], &[]);
    }

    #[test]
    fn an_exception_holds_up_to_its_own_size() {
        let exceptions = [Exception { place: "src/a.rs", lines: 310 }];
        check_text(&file(310), &exceptions, &[]);
        check_text(&file(311), &exceptions, &["src/a.rs: 311 lines of code, 310 are allowed"]);
    }

    #[test]
    fn an_exception_shrinks_with_its_file_and_goes_when_it_is_not_needed() {
        let unused = "src/a.rs: the exception for 310 lines is no longer needed";
        check_text(&file(309), &[Exception { place: "src/a.rs", lines: 310 }], &[unused]);
        check_text(&file(10), &[Exception { place: "src/a.rs", lines: 310 }], &[unused]);
        let gone = "src/gone.rs#f: the exception for 70 lines is no longer needed";
        check_text(&file(10), &[Exception { place: "src/gone.rs#f", lines: 70 }], &[gone]);
    }

    #[test]
    fn a_file_of_tests_may_be_long_but_not_its_functions() {
        let text = format!("{}{}", file(301), function(61));
        let count = |path: &str| check(&[Source::parse(path, &text).unwrap()], &[]).len();
        assert_eq!(count("crates/jwk-gen/src/set/tests.rs"), 1);
        assert_eq!(count("crates/jwk-gen/tests/it/refusals.rs"), 1);
        assert_eq!(count("tests/it/key.rs"), 1);
        assert_eq!(count("tests/src/sandbox.rs"), 2);
    }
}
