//! What every handler works with: the org, its URL and the time.

use crate::org::Org;
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) org: &'a mut Org,
    /// Without a slash at the end.
    pub(crate) org_url: &'a str,
    pub(crate) now: Timestamp,
}

impl Context<'_> {
    /// An absolute URL of the org.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.org_url)
    }
}
