//! A key that a server does not know yet, or not everywhere.

use jwt_sign::SignError;

use super::*;

const UNKNOWN_KEY: &str =
    r#"{"error":"invalid_client","error_description":"The JWT kid is invalid."}"#;

/// A new key, and the one before it if there is one.
#[derive(Debug)]
struct Rotated {
    present: Arc<dyn Signer>,
    previous: Option<Arc<dyn Signer>>,
}

impl SignerSource for Rotated {
    fn signer(&self) -> Result<Arc<dyn Signer>, SignError> {
        Ok(Arc::clone(&self.present))
    }

    fn thumbprint(&self) -> Thumbprint {
        self.present.thumbprint().clone()
    }

    fn previous(&self) -> Option<Arc<dyn Signer>> {
        self.previous.clone()
    }
}

fn signer() -> Arc<dyn Signer> {
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    Arc::new(LocalSigner::new(&key).unwrap())
}

/// The fixture with a key that was just exchanged.
fn rotated(steps: &[Step], previous: Option<Arc<dyn Signer>>) -> (Fixture, Arc<dyn Signer>) {
    let Fixture { script, client } = fixture(steps, DpopMode::Never, 0);
    let present = signer();
    let signers = Rotated { present: Arc::clone(&present), previous };
    let client = TokenClient::with_signers(
        client.http.clone(),
        client.endpoint.clone(),
        client.client_id.clone(),
        Arc::new(signers),
    );
    (Fixture { script, client }, present)
}

#[test]
fn t_18_a_new_key_that_is_not_known_yet_is_helped_out_by_the_one_before_for_a_minute() {
    let previous = signer();
    let steps = [
        Step::Answer(401, UNKNOWN_KEY, None),
        Step::Token("Bearer"),
        Step::Token("Bearer"),
        Step::Token("Bearer"),
    ];
    let (it, present) = rotated(&steps, Some(Arc::clone(&previous)));
    it.fetch().unwrap();
    assert!(it.client.uses_previous_key());
    it.fetch().unwrap();
    it.client.http.clock().sleep(Duration::from_secs(60));
    assert!(!it.client.uses_previous_key());
    it.fetch().unwrap();
    let kids: Vec<_> = it.sent().iter().map(|sent| sent.kid.clone()).collect();
    let (new, old) = (present.key_id().as_str(), previous.key_id().as_str());
    assert_eq!(kids, [new, old, old, new]);
    it.check_ids();
}

#[test]
fn t_18_the_refusal_of_the_new_key_is_told_if_the_one_before_fails_too() {
    let refusals = [
        Step::Answer(401, UNKNOWN_KEY, None),
        Step::Answer(401, r#"{"error":"invalid_client","error_description":"x"}"#, None),
    ];
    for (previous, requests) in [(Some(signer()), 2), (None, 1)] {
        let (it, _) = rotated(&refusals, previous);
        let error = it.fetch().unwrap_err();
        assert!(error.to_string().contains("The JWT kid is invalid."), "{error}");
        assert_eq!(it.sent().len(), requests);
        assert!(!it.client.uses_previous_key());
    }
}
