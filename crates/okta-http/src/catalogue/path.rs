//! Paths of operations: literal segments and placeholders.

/// Whether a path, concrete or with placeholders of any name, is one of a template.
pub(super) fn fits(template: &str, path: &str) -> bool {
    let mut wanted = template.split('/');
    let mut given = path.split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if segment_fits(wanted, given) => {}
            _ => return false,
        }
    }
}

fn segment_fits(wanted: &str, given: &str) -> bool {
    wanted == given || (is_placeholder(wanted) && !given.is_empty())
}

pub(super) fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

/// The path alone of what people paste: a URL of any host, with a query, with a slash at its end.
pub(super) fn of_pasted(text: &str) -> &str {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let text = &text[..end];
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |start| &rest[start..]),
        None => text,
    };
    path.trim_end_matches('/')
}
