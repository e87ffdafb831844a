//! Clients as the registration API shows them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::registered_client::ClientAnswer;
use crate::{RegisterError, RegisteredClient, Registrar};

/// The unreserved characters stay as they are (RFC 3986 section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Registrar {
    /// Reads a client by the registration API (`GET /oauth2/v1/clients/{id}`, RFC 7592 section 2.1), for which the scope
    /// `okta.clients.read` is enough. It tells no status and no DPoP flag; [`Self::read`] does.
    ///
    /// # Errors
    ///
    /// [`RegisterError::InvalidClientId`] if `client_id` cannot be one; [`RegisterError::UnexpectedAnswer`] if another client is
    /// described.
    pub fn read_client(&self, client_id: &str) -> Result<RegisteredClient, RegisterError> {
        let answer: ClientAnswer = self.get("read a client", &client_path(client_id)?)?;
        let client = answer.into_client()?;
        if client.client_id != client_id {
            return Err(RegisterError::unexpected("the answer describes another client"));
        }
        Ok(client)
    }

    /// Deletes a client by the registration API (`DELETE /oauth2/v1/clients/{id}`, RFC 7592 section 2.3), active or not.
    ///
    /// # Errors
    ///
    /// [`RegisterError::InvalidClientId`] if `client_id` cannot be one; [`RegisterError::Refused`].
    pub fn delete_client(&self, client_id: &str) -> Result<(), RegisterError> {
        self.delete_at("delete a client", &client_path(client_id)?)
    }
}

/// The path of a client. Okta lets its id be chosen from `[A-Za-z0-9$-_.+!*'(),]`, so it is encoded as one segment.
pub(crate) fn client_path(client_id: &str) -> Result<String, RegisterError> {
    let is_segment = (1..=100).contains(&client_id.len())
        && client_id.bytes().all(|byte| byte.is_ascii_graphic())
        // A path has another meaning for these, encoded or not.
        && !matches!(client_id, "." | "..");
    if !is_segment {
        return Err(RegisterError::InvalidClientId);
    }
    Ok(format!("/oauth2/v1/clients/{}", utf8_percent_encode(client_id, SEGMENT)))
}

#[cfg(test)]
mod tests;
