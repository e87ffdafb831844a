//! What is odd about scopes that are asked for. Okta adds scopes between releases, so that nothing is refused here.

use okta_http::{Scopes, catalogue};

const PERMISSIONS: &str = include_str!("../data/permissions.txt");

/// How many names are worth a person's time.
const MOST: usize = 3;

/// A remark for each scope that the org authorization server is not known to grant to a service.
pub(crate) fn remarks(scopes: &Scopes) -> Vec<String> {
    scopes.iter().filter_map(|scope| remark(scope.as_str())).collect()
}

fn remark(scope: &str) -> Option<String> {
    if catalogue::is_for_people(scope) {
        return Some(format!("`{scope}` is for a person's own data; Okta refuses it to a service"));
    }
    if catalogue::find_scope(scope).is_some() {
        return None;
    }
    if is_permission(scope) {
        return Some(format!(
            "`{scope}` is a permission of custom admin roles, not a scope: ask for {}, and put the permission into a role",
            scope_of_permission(scope)
        ));
    }
    let closest = closest(scope);
    let hint = match closest.is_empty() {
        true => "okta-m2m scope list shows them".to_owned(),
        false => format!("did you mean {}?", closest.join(" or ")),
    };
    Some(format!("`{scope}` is no scope that Okta has published; {hint}"))
}

fn is_permission(name: &str) -> bool {
    PERMISSIONS.lines().any(|line| line == name)
}

/// The scope of the same things, `okta.users.manage` for `okta.users.lifecycle.suspend`.
fn scope_of_permission(permission: &str) -> String {
    let resource = permission.split('.').nth(1).unwrap_or_default();
    let action = if permission.ends_with(".read") { "read" } else { "manage" };
    let scope = format!("okta.{resource}.{action}");
    match catalogue::find_scope(&scope) {
        Some(_) => format!("`{scope}`"),
        None => "the scope of the operation (okta-m2m scope find METHOD PATH)".to_owned(),
    }
}

/// The published names that differ from `name` by a few letters, the closest first.
pub(crate) fn closest(name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase();
    let limit = (name.len() / 5).clamp(1, 4);
    let mut near: Vec<_> = catalogue::scopes()
        .filter(|scope| scope.name().len().abs_diff(name.len()) <= limit)
        .map(|scope| {
            (strsim::damerau_levenshtein(&scope.name().to_ascii_lowercase(), &name), scope.name())
        })
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    let near = near.into_iter().filter(|(distance, _)| *distance <= best + 1);
    near.take(MOST).map(|(_, name)| format!("`{name}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scopes: &str, words: &[&str]) {
        let remarks = remarks(&Scopes::parse(scopes).unwrap());
        assert_eq!(remarks.len(), words.len(), "{remarks:?}");
        for (remark, words) in remarks.iter().zip(words) {
            assert!(remark.contains(words), "{remark}");
        }
    }

    #[test]
    fn a_misspelled_scope_names_the_closest_ones() {
        check("okta.users.read okta.groups.manage ssf.read", &[]);
        check("okta.user.read", &["did you mean `okta.users.read`?"]);
        check("okta.Users.Read", &["did you mean `okta.users.read`?"]);
        check("okta.apps.raed", &["`okta.apps.read`"]);
        check("okta.logs.manage", &["`okta.logs.manage` is no scope"]);
        check("something.else", &["okta-m2m scope list"]);
    }

    #[test]
    fn a_permission_is_told_from_a_scope() {
        check("okta.users.lifecycle.suspend", &["not a scope: ask for `okta.users.manage`"]);
        check("okta.groups.members.manage", &["not a scope: ask for `okta.groups.manage`"]);
        check("okta.authzServers.read", &["okta-m2m scope find"]);
    }

    #[test]
    fn a_persons_scope_is_refused_to_a_service() {
        check("okta.users.read.self", &["refuses it to a service"]);
        check("okta.myAccount.email.read", &["refuses it to a service"]);
    }

    #[test]
    fn no_permission_is_a_scope() {
        let names: Vec<_> = PERMISSIONS.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(names.len() > 40 && names.is_sorted());
        assert!(names.iter().all(|name| catalogue::find_scope(name).is_none()));
    }
}
