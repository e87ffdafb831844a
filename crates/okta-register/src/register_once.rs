//! Registration that may be tried again.

use crate::register::difference_of_keys;
use crate::{RegisterError, RegisteredClient, Registrar, ServiceApp};

/// How often a creation is sent at most.
const TRIES: u32 = 3;

/// How an app came to be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Registration {
    /// The org said that it made it.
    Made,
    /// It was there, or was made by a request whose answer was lost.
    Adopted,
}

impl Registrar {
    /// Registers a service app whose client id was chosen, so that there is one app afterwards, whatever becomes of an answer:
    /// after a failure the org is asked for the client id, and the creation is sent again, three times at most, only if no app
    /// has it.
    ///
    /// # Errors
    ///
    /// [`RegisterError::ClientIdTaken`] if an app with other keys has the client id, [`RegisterError::ServerFault`] if the org
    /// failed each time and has made no app, and else what [`Self::register`] gives, which is also all that is done for an app
    /// without a chosen client id.
    pub fn register_once(
        &self,
        app: &ServiceApp,
    ) -> Result<(RegisteredClient, Registration), RegisterError> {
        let mut tries = 0;
        loop {
            let error = match self.register(app) {
                Ok(client) => return Ok((client, Registration::Made)),
                Err(error) => error,
            };
            tries += 1;
            let may_be_taken = matches!(&error, RegisterError::Refused(server) if matches!(server.status, 400 | 409));
            if !may_be_taken && !may_be_made(&error) {
                return Err(error);
            }
            // Who may register need not be allowed to look.
            match self.find_chosen(app) {
                Ok(Some(client)) => return Ok((client, Registration::Adopted)),
                Err(taken @ RegisterError::ClientIdTaken { .. }) => return Err(taken),
                Ok(None) if may_be_made(&error) && app.client_id().is_some() => {
                    if tries == TRIES {
                        return Err(not_made(error));
                    }
                }
                Ok(None) | Err(_) => return Err(error),
            }
        }
    }

    /// The app with the chosen client id, if it has the keys too.
    fn find_chosen(&self, app: &ServiceApp) -> Result<Option<RegisteredClient>, RegisterError> {
        let Some(chosen) = app.client_id() else { return Ok(None) };
        let Some(client) = self.find_by_client_id(chosen.as_str())? else { return Ok(None) };
        match difference_of_keys(app.keys(), &client) {
            None => Ok(Some(client)),
            Some(_) => Err(RegisterError::ClientIdTaken {
                client_id: client.client_id,
                app_id: client.app_id,
            }),
        }
    }
}

fn may_be_made(error: &RegisterError) -> bool {
    matches!(
        error,
        RegisterError::OutcomeUnknown { .. } | RegisterError::CreationUnconfirmed { .. }
    )
}

/// A failure after which the org was asked, and had made nothing.
fn not_made(error: RegisterError) -> RegisterError {
    match error {
        RegisterError::CreationUnconfirmed { server, .. } => RegisterError::ServerFault(server),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::scripted_org::{
        EC_KEY, Org, Outcome, RSA_KEY, answer, app_json, cut, jwk_set, refusal,
    };
    use crate::{ChosenClientId, KeySource};

    fn app() -> ServiceApp {
        let app = ServiceApp::new("Nightly sync", KeySource::Jwks(jwk_set(RSA_KEY))).unwrap();
        app.with_client_id(ChosenClientId::parse("nightly-1").unwrap())
    }

    fn made() -> Value {
        let mut json = app_json("0oa1", "Nightly sync");
        json["credentials"]["oauthClient"]["client_id"] = "nightly-1".into();
        json
    }

    fn other_key() -> Value {
        let mut json = made();
        json["settings"]["oauthClient"]["jwks"]["keys"][0] = serde_json::from_str(EC_KEY).unwrap();
        json
    }

    #[track_caller]
    fn check(answers: Vec<Outcome>, posts: usize) -> Result<Registration, String> {
        let org = Org::new(answers);
        let outcome = org.registrar().register_once(&app());
        let requests = org.requests();
        let sent: Vec<_> = requests.iter().filter(|it| it.starts_with("POST ")).collect();
        assert_eq!(sent.len(), posts, "{requests:?}");
        assert!(sent.iter().all(|it| it.contains(r#""client_id":"nightly-1""#)), "{sent:?}");
        outcome
            .map(|(client, how)| {
                assert_eq!(
                    (client.client_id.as_str(), client.app_id.as_str()),
                    ("nightly-1", "0oa1")
                );
                how
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn an_answer_is_an_answer() {
        assert_eq!(check(vec![answer(200, &made())], 1), Ok(Registration::Made));
    }

    #[test]
    fn r_01_an_app_whose_answer_was_lost_is_adopted() {
        let list = || answer(200, &json!([made()]));
        for lost in [cut(), refusal(503, "E0000009"), answer(200, &json!([]))] {
            assert_eq!(check(vec![lost, list()], 1), Ok(Registration::Adopted));
        }
    }

    #[test]
    fn r_06_what_was_not_made_is_tried_again_three_times_at_most() {
        let none = || answer(200, &json!([]));
        let fails = || refusal(503, "E0000009");
        let answers = vec![fails(), none(), cut(), none(), answer(200, &made())];
        assert_eq!(check(answers, 3), Ok(Registration::Made));
        let answers = vec![fails(), none(), fails(), none(), fails(), none()];
        assert_eq!(check(answers, 3), Err("the org failed".to_owned()));
        let answers = vec![cut(), none(), cut(), none(), cut(), none()];
        let unknown = "whether the org carried out `register a service app` is not known";
        assert_eq!(check(answers, 3), Err(unknown.to_owned()));
    }

    #[test]
    fn who_cannot_look_does_not_try_again() {
        let answers = vec![refusal(503, "E0000009"), refusal(403, "E0000006")];
        let error = check(answers, 1).unwrap_err();
        assert!(error.starts_with("the org failed, and whether"), "{error}");
    }

    #[test]
    fn r_03_a_client_id_of_another_key_is_left_alone() {
        let answers = vec![refusal(400, "E0000001"), answer(200, &json!([other_key()]))];
        let taken = "app `0oa1` has the client id `nightly-1` already, with other keys";
        assert_eq!(check(answers, 1), Err(taken.to_owned()));
    }

    #[test]
    fn r_09_whoever_comes_second_adopts_the_app_of_the_first() {
        let answers = vec![refusal(400, "E0000001"), answer(200, &json!([made()]))];
        assert_eq!(check(answers, 1), Ok(Registration::Adopted));
    }

    #[test]
    fn a_refusal_for_another_reason_stays_one() {
        let answers = vec![refusal(400, "E0000001"), answer(200, &json!([]))];
        assert_eq!(check(answers, 1), Err("the org refused".to_owned()));
        assert_eq!(check(vec![refusal(403, "E0000006")], 1), Err("the org refused".to_owned()));
    }

    #[test]
    fn r_07_another_client_id_than_the_chosen_one_is_told_with_both() {
        let error = check(vec![answer(200, &app_json("0oa1", "Nightly sync"))], 1).unwrap_err();
        assert!(error.ends_with("the client id is `0oa1`, not `nightly-1`"), "{error}");
    }
}
