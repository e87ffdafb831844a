//! Operations: a method, a path and what they need.

use super::path;
use crate::Method;

const OPERATIONS: &str = include_str!("../../data/operations.tsv");

/// An operation that Okta has published.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Operation {
    method: Method,
    path: &'static str,
    id: &'static str,
    needs: &'static str,
}

/// What a request needs to be let in.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Needs {
    /// An access token with all of these scopes, of which there is at least one.
    Scopes(Vec<&'static str>),
    /// Nothing.
    Nothing,
    /// The client's own authentication (RFC 6749 section 2.3), not a token.
    ClientAuthentication,
    /// An API token of Okta's (SSWS); no OAuth token is taken.
    ApiToken,
}

impl Operation {
    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The path below the org URL, with placeholders in braces.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Okta's name for it (`operationId`).
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What it needs.
    pub fn needs(&self) -> Needs {
        match self.needs {
            "-" => Needs::Nothing,
            "!client-auth" => Needs::ClientAuthentication,
            "!ssws" => Needs::ApiToken,
            scopes => Needs::Scopes(scopes.split('+').collect()),
        }
    }

    /// Literal segments first, from the left.
    fn rank(&self) -> impl Ord + use<> {
        self.path.split('/').map(path::is_placeholder).collect::<Vec<_>>()
    }
}

/// The published operations in ascending order of their paths.
pub fn operations() -> impl Iterator<Item = Operation> {
    OPERATIONS.lines().flat_map(|line| {
        let (path, rest) = line.split_once('\t').unwrap_or_default();
        rest.split('\t').filter_map(move |entry| {
            let mut words = entry.split(' ');
            let method = words.next()?.parse().ok()?;
            Some(Operation { method, path, id: words.next()?, needs: words.next()? })
        })
    })
}

/// The operation that a request is: `path` is concrete or has placeholders of any name in braces, and may be a whole URL.
/// Where several fit, as `/users/me` and `/users/{id}` do, literal segments beat placeholders.
///
/// # Errors
///
/// [`OperationNotFound`] says which other methods the path has.
pub fn find_operation(method: Method, path: &str) -> Result<Operation, OperationNotFound> {
    let path = path::of_pasted(path);
    let of_path: Vec<_> = operations().filter(|it| path::fits(it.path, path)).collect();
    let found = of_path.iter().filter(|it| it.method == method).min_by_key(|it| it.rank());
    found.copied().ok_or_else(|| {
        let mut methods: Vec<_> = of_path.iter().map(|it| it.method).collect();
        methods.sort_by_key(|method| method.as_str());
        methods.dedup();
        OperationNotFound { methods }
    })
}

/// No published operation is this request.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no published operation has this method and path")]
pub struct OperationNotFound {
    methods: Vec<Method>,
}

impl OperationNotFound {
    /// The methods that the path has instead; none if there is no such path.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }
}
