//! What `Debug` shows of headers.

/// Headers with the values of those that are not in `shown` replaced.
pub(crate) fn redacted<'a>(
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    shown: &[&str],
) -> Vec<(&'a str, &'a str)> {
    let is_shown = |name: &str| shown.iter().any(|it| it.eq_ignore_ascii_case(name));
    headers.map(|(name, value)| (name, if is_shown(name) { value } else { "[redacted]" })).collect()
}
