//! Names under which anything could be found, and so nothing is; and snapshots that nobody reviewed.

use super::Finding;
use super::source::Source;

const FORBIDDEN: [&str; 9] =
    ["common", "helper", "helpers", "misc", "miscellaneous", "stuff", "util", "utilities", "utils"];

pub(super) fn check<'a>(
    paths: impl Iterator<Item = &'a str>,
    sources: &[Source<'_>],
) -> Vec<Finding> {
    paths.flat_map(check_path).chain(sources.iter().flat_map(check_modules)).collect()
}

fn check_path(path: &str) -> Option<Finding> {
    // Beside a snapshot file, and beside a source that holds its snapshots itself.
    if path.ends_with(".snap.new") || path.ends_with(".pending-snap") {
        return Some(Finding::new(path, "a snapshot that nobody reviewed: cargo insta review"));
    }
    let stems = path.split('/').map(|part| part.split('.').next().unwrap_or_default());
    let name = stems.into_iter().find(|stem| FORBIDDEN.contains(stem))?;
    Some(Finding::new(path, format!("`{name}` says nothing: name the concept")))
}

fn check_modules(source: &Source<'_>) -> Vec<Finding> {
    let names = source.tokens.windows(2).filter(|pair| pair[0].text == "mod");
    names
        .filter(|pair| FORBIDDEN.contains(&pair[1].text.as_str()))
        .map(|pair| {
            let place = format!("{}:{}", source.path, pair[1].first_line);
            Finding::new(place, format!("`mod {}` says nothing: name the concept", pair[1].text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str) -> usize {
        check([path].into_iter(), &[]).len()
    }

    fn modules(text: &str) -> usize {
        check([].into_iter(), &[Source::parse("a.rs", text).unwrap()]).len()
    }

    #[test]
    fn a_file_or_folder_is_named_for_its_concept() {
        assert_eq!(paths("crates/okta-http/src/rate_limit.rs"), 0);
        assert_eq!(paths("crates/okta-http/src/common_name.rs"), 0);
        assert_eq!(paths("crates/okta-http/src/utils.rs"), 1);
        assert_eq!(paths("tests/common/mod.rs"), 1);
    }

    #[test]
    fn so_is_a_module_within_a_file() {
        assert_eq!(modules("mod retry { mod backoff; }"), 0);
        assert_eq!(modules("mod retry { pub(crate) mod helpers {} }"), 1);
        assert_eq!(modules("// mod helpers\nlet helpers = 1;"), 0);
    }

    #[test]
    fn a_snapshot_is_reviewed_before_it_is_kept() {
        assert_eq!(paths("tests/it/snapshots/help.snap"), 0);
        assert_eq!(paths("tests/it/snapshots/help.snap.new"), 1);
        assert_eq!(paths("crates/jwk-gen/src/.tests.rs.pending-snap"), 1);
    }
}
