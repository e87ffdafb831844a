//! Registration that may be tried again.

use okta_http::ServerError;

use crate::register::{difference_of_keys, difference_of_settings};
use crate::{ChosenClientId, RegisterError, RegisteredClient, Registrar, ServiceApp};

/// How often a creation is sent at most.
const TRIES: u32 = 3;

/// How an app came to be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Registration {
    /// The org said that it made it.
    Made,
    /// It was found after a try that failed: made by it, or at the same moment by somebody else who registered the same.
    Adopted,
    /// It was there before anything was sent.
    Present,
}

impl Registrar {
    /// Registers a service app whose client id was chosen, so that there is one app afterwards, whatever becomes of an answer:
    /// after a failure the org is asked for the client id, and the creation is sent again, three times at most, only if no app
    /// has it.
    ///
    /// # Errors
    ///
    /// [`RegisterError::ClientIdTaken`] if an app with other keys has the client id, [`RegisterError::RegisteredOtherwise`] if one
    /// with these keys has other settings; [`RegisterError::ClientIdRefused`] if the org does not give it, though no app has it
    /// and none can have been made here; [`RegisterError::ClientIdUnclear`] if it does not and that is not known;
    /// [`RegisterError::ServerFault`] if the org failed each time and has made no app; and else what [`Self::register`] gives,
    /// which is also all that is done for an app without a chosen client id.
    pub fn register_once(
        &self,
        app: &ServiceApp,
    ) -> Result<(RegisteredClient, Registration), RegisterError> {
        let Some(chosen) = app.client_id() else {
            return self.register(app).map(|client| (client, Registration::Made));
        };
        let mut unanswered = 0;
        loop {
            let error = match self.register(app) {
                Ok(client) => return Ok((client, Registration::Made)),
                Err(error) => error,
            };
            let refused =
                matches!(&error, RegisterError::Refused(it) if matches!(it.status, 400 | 409));
            if !refused && !may_be_made(&error) {
                return Err(error);
            }
            // Who may register need not be allowed to look.
            let found = self.find_by_client_id(chosen.as_str());
            if let Ok(Some(client)) = found {
                return self.adopt(app, client).map(|client| (client, Registration::Adopted));
            }
            let knows = found.is_ok();
            match error {
                RegisterError::Refused(server) => {
                    return Err(refusal(chosen, server, knows && unanswered == 0, unanswered));
                }
                error if !knows => return Err(error),
                error => {
                    unanswered += 1;
                    if unanswered == TRIES {
                        return Err(not_made(error));
                    }
                }
            }
        }
    }

    /// Takes the app with the chosen client id for ours if it has our keys, and is what was asked for.
    fn adopt(
        &self,
        app: &ServiceApp,
        client: RegisteredClient,
    ) -> Result<RegisteredClient, RegisterError> {
        if difference_of_keys(app.keys(), &client).is_some() {
            let RegisteredClient { client_id, app_id, .. } = client;
            return Err(RegisterError::ClientIdTaken { client_id, app_id });
        }
        self.check_registered(app, &client).map(|()| client)
    }

    /// Whether an app that was found is registered as is asked for; its label is not compared, which is how it was found.
    ///
    /// # Errors
    ///
    /// [`RegisterError::RegisteredOtherwise`] with the first setting that differs.
    pub fn check_registered(
        &self,
        app: &ServiceApp,
        client: &RegisteredClient,
    ) -> Result<(), RegisterError> {
        let auth_method = client.token_endpoint_auth_method.as_deref();
        match difference_of_settings(app, client, auth_method)
            .or_else(|| difference_of_keys(app.keys(), client))
        {
            None => Ok(()),
            Some(what) => {
                let (client_id, app_id) = (client.client_id.clone(), client.app_id.clone());
                Err(RegisterError::RegisteredOtherwise { client_id, app_id, what })
            }
        }
    }
}

/// What a 400 or 409 says. Only where the org was asked, knew no such app, and no try before can have made one, is the client
/// id certainly nobody's: then another one may be chosen.
fn refusal(
    chosen: &ChosenClientId,
    server: ServerError,
    is_nobodys: bool,
    unanswered: u32,
) -> RegisterError {
    let client_id = chosen.to_string();
    match (names_client_id(&server), is_nobodys) {
        (true, true) => RegisterError::ClientIdRefused { client_id, server },
        (true, false) => RegisterError::ClientIdUnclear { client_id, server },
        (false, _) if unanswered > 0 => RegisterError::ClientIdUnclear { client_id, server },
        (false, _) => RegisterError::Refused(server),
    }
}

/// Whether the org refuses the client id, and not something else of the app.
fn names_client_id(server: &ServerError) -> bool {
    server.causes().iter().any(|cause| cause.contains("client_id") || cause.contains("client id"))
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

    /// A refusal as Okta's emulation words it.
    fn id_refused() -> Outcome {
        answer(
            400,
            &json!({"errorCode": "E0000001", "errorSummary": "Api validation failed: client_id",
                "errorCauses": [{"errorSummary": "client_id: The client id is already in use."}]}),
        )
    }

    #[test]
    fn an_id_is_nobodys_only_if_the_org_was_asked_and_nothing_was_sent_before() {
        let none = || answer(200, &json!([]));
        let nobodys = "the org does not give the client id `nightly-1`, which no app has";
        assert_eq!(check(vec![id_refused(), none()], 1), Err(nobodys.to_owned()));
        let unclear =
            Err("whether the org has made an app with the client id `nightly-1` is not known"
                .to_owned());
        let cannot_list = || refusal(403, "E0000006");
        assert_eq!(check(vec![id_refused(), cannot_list()], 1), unclear);
        assert_eq!(
            check(vec![cut(), none(), id_refused(), none()], 2),
            unclear,
            "the list is behind"
        );
        assert_eq!(check(vec![cut(), none(), refusal(409, "E0000038"), cannot_list()], 2), unclear);
    }

    #[test]
    fn r_07_an_app_that_is_adopted_is_compared_as_one_that_is_answered() {
        let mut bound = made();
        bound["settings"]["oauthClient"]["dpop_bound_access_tokens"] = true.into();
        let error = check(vec![cut(), answer(200, &json!([bound]))], 1).unwrap_err();
        assert!(error.ends_with("`dpop_bound_access_tokens` is not false"), "{error}");
        assert!(error.starts_with("app `0oa1` (client id `nightly-1`) is registered otherwise"));
    }
}
