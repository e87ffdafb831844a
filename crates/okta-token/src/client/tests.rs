//! What is sent when a server demands proofs, nonces and other times, or fails.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use jwk_gen::{Algorithm, KeySpec, generate};
use jwt_sign::LocalSigner;
use okta_http::{AuthServer, Clock, HttpError, OrgUrl, RetryPolicy, Transport};

use super::*;
use crate::{TokenSource, TokenType};

mod previous_key;

const DATE: &str = "Fri, 21 Aug 2026 10:00:00 GMT";
/// The seconds of `DATE`.
const NOW: u64 = 1_787_306_400;
const MISSING: &str =
    r#"{"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT header is missing."}"#;
const NONCE: &str = r#"{"error":"use_dpop_nonce","error_description":"Authorization server requires nonce in DPoP proof."}"#;
const EXPIRED: &str =
    r#"{"error":"invalid_client","error_description":"The client_assertion token is expired."}"#;

/// A clock that moves only when somebody sleeps.
struct Stopped(Mutex<Duration>);

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += duration;
    }
}

/// One step of a server.
#[derive(Clone, Copy, Debug)]
enum Step {
    Answer(u16, &'static str, Option<&'static str>),
    Token(&'static str),
    Reset,
}

/// Takes its steps one after the other, keeps every request, and repeats the last step for ever.
struct Script {
    steps: Mutex<VecDeque<Step>>,
    sent: Mutex<Vec<Sent>>,
    tokens: Mutex<u32>,
}

/// What a request said.
#[derive(Clone, Debug)]
struct Sent {
    kid: String,
    assertion: serde_json::Value,
    proof: Option<serde_json::Value>,
    /// The key of the proof.
    proof_key: Option<serde_json::Value>,
}

fn claims(compact: &str) -> serde_json::Value {
    part(compact, 1)
}

fn part(compact: &str, number: usize) -> serde_json::Value {
    use base64::Engine;
    let payload = compact.split('.').nth(number).unwrap();
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice(&json).unwrap()
}

impl Sent {
    fn of(request: &Request) -> Self {
        let form = String::from_utf8(request.body().unwrap().to_vec()).unwrap();
        let assertion =
            form.split('&').find_map(|it| it.strip_prefix("client_assertion=")).unwrap();
        let proof = request.headers().find(|(name, _)| name.eq_ignore_ascii_case("dpop"));
        let proof_key = proof.map(|(_, proof)| part(proof, 0)["jwk"].clone());
        let proof = proof.map(|(_, proof)| claims(proof));
        let kid = part(assertion, 0)["kid"].as_str().unwrap().to_owned();
        Self { kid, assertion: claims(assertion), proof, proof_key }
    }

    fn nonce(&self) -> Option<&str> {
        self.proof.as_ref()?["nonce"].as_str()
    }
}

impl Transport for Script {
    fn round_trip(&self, request: &Request) -> Result<Response, HttpError> {
        self.sent.lock().unwrap().push(Sent::of(request));
        let mut steps = self.steps.lock().unwrap();
        let step = if steps.len() > 1 { steps.pop_front().unwrap() } else { steps[0] };
        let mut headers = vec![("date".to_owned(), DATE.to_owned())];
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        match step {
            Step::Answer(status, body, nonce) => {
                headers.extend(nonce.map(|nonce| ("DPoP-Nonce".to_owned(), nonce.to_owned())));
                Ok(Response::new(status, headers, body.as_bytes().to_vec()))
            }
            Step::Token(kind) => {
                let mut tokens = self.tokens.lock().unwrap();
                *tokens += 1;
                let body = format!(
                    r#"{{"access_token":"token-{tokens}","token_type":"{kind}","expires_in":3600}}"#
                );
                Ok(Response::new(200, headers, body.into_bytes()))
            }
            Step::Reset => Err(HttpError::Disconnected {
                host: "acme.okta.com".to_owned(),
                source: "reset".into(),
            }),
        }
    }
}

struct Fixture {
    script: Arc<Script>,
    client: TokenClient,
}

/// A client whose clock is `offset` seconds ahead of the server's.
fn fixture(steps: &[Step], mode: DpopMode, offset: i64) -> Fixture {
    let script = Arc::new(Script {
        steps: Mutex::new(steps.iter().copied().collect()),
        sent: Mutex::default(),
        tokens: Mutex::default(),
    });
    let clock = Stopped(Mutex::new(Duration::from_secs(NOW.checked_add_signed(offset).unwrap())));
    let http = HttpClient::new(script.clone(), Arc::new(clock), RetryPolicy::default());
    let org = OrgUrl::parse("https://acme.okta.com").unwrap();
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    let client = TokenClient::new(
        http,
        TokenEndpoint::new(&org, &AuthServer::Org),
        ClientId::new("0oa1").unwrap(),
        Arc::new(LocalSigner::new(&key).unwrap()),
    );
    Fixture { script, client: client.with_dpop(mode) }
}

impl Fixture {
    fn fetch(&self) -> Result<AccessToken, TokenError> {
        self.client.fetch(&Scopes::parse("okta.users.read").unwrap())
    }

    fn sent(&self) -> Vec<Sent> {
        self.script.sent.lock().unwrap().clone()
    }

    /// Every assertion and every proof was made for one request.
    #[track_caller]
    fn check_ids(&self) {
        let sent = self.sent();
        let ids = |sent: &Sent| {
            let proof = sent.proof.iter().map(|proof| proof["jti"].to_string());
            proof.chain([sent.assertion["jti"].to_string()]).collect::<Vec<_>>()
        };
        let ids: Vec<_> = sent.iter().flat_map(ids).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
    }
}

#[test]
fn t_11_a_demand_for_a_proof_and_a_nonce_is_met_in_three_requests_and_remembered() {
    let steps = [
        Step::Answer(400, MISSING, None),
        Step::Answer(400, NONCE, Some("n1")),
        Step::Token("DPoP"),
    ];
    let it = fixture(&steps, DpopMode::Auto, 0);
    let token = it.fetch().unwrap();
    assert_eq!(token.token_type(), TokenType::Dpop);
    assert_eq!(Some(token.dpop_key().unwrap().thumbprint().clone()), it.client.dpop_binding());
    let nonces: Vec<_> = it.sent().iter().map(|sent| sent.nonce().map(str::to_owned)).collect();
    assert_eq!(nonces, [None, None, Some("n1".to_owned())]);
    assert!(it.sent()[0].proof.is_none());

    it.fetch().unwrap();
    assert_eq!(it.sent().len(), 4, "the second token starts right");
    assert_eq!(it.sent()[3].nonce(), Some("n1"));
    it.check_ids();
}

#[test]
fn a_memory_of_an_earlier_run_starts_right() {
    let steps = [Step::Answer(400, MISSING, None), Step::Token("DPoP")];
    let first = fixture(&steps, DpopMode::Auto, 0);
    first.fetch().unwrap();
    let second = fixture(&[Step::Token("DPoP")], DpopMode::Auto, 0);
    second.client.recall_dpop(first.client.dpop_memory());
    second.fetch().unwrap();
    assert_eq!(second.sent().len(), 1);
    assert_eq!(second.client.dpop_binding(), first.client.dpop_binding());
}

#[test]
fn t_12_a_server_that_always_wants_another_nonce_is_given_up() {
    for mode in [DpopMode::Auto, DpopMode::Always] {
        let it = fixture(&[Step::Answer(400, NONCE, Some("n"))], mode, 0);
        assert!(matches!(it.fetch(), Err(TokenError::ClientRefused(_))));
        assert_eq!(it.sent().len(), 3);
        it.check_ids();
        let keys: Vec<_> = it.sent().into_iter().filter_map(|sent| sent.proof_key).collect();
        assert!(keys.len() >= 2 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }
}

#[test]
fn a_server_that_always_misses_the_proof_is_given_up() {
    let it = fixture(&[Step::Answer(400, MISSING, None)], DpopMode::Auto, 0);
    assert!(matches!(it.fetch(), Err(TokenError::ClientRefused(_))));
    assert_eq!(it.sent().len(), 2);
}

#[test]
fn never_means_never() {
    let it = fixture(&[Step::Answer(400, MISSING, Some("n"))], DpopMode::Never, 0);
    assert!(matches!(it.fetch(), Err(TokenError::ClientRefused(_))));
    assert_eq!(it.sent().len(), 1);
    assert!(it.sent()[0].proof.is_none());
}

#[test]
fn t_13_a_token_that_is_not_bound_is_discarded_if_that_was_asked_for() {
    let it = fixture(&[Step::Token("Bearer")], DpopMode::Always, 0);
    assert!(matches!(it.fetch(), Err(TokenError::NotBound)));
    assert!(it.sent()[0].proof.is_some());
    let it = fixture(&[Step::Token("DPoP")], DpopMode::Never, 0);
    assert!(matches!(it.fetch(), Err(TokenError::InvalidAnswer { .. })));
}

#[test]
fn in_auto_the_answer_decides_what_is_remembered() {
    let it = fixture(&[Step::Answer(400, MISSING, None), Step::Token("Bearer")], DpopMode::Auto, 0);
    assert_eq!(it.fetch().unwrap().token_type(), TokenType::Bearer);
    assert_eq!(it.client.dpop_binding(), None);
    it.fetch().unwrap();
    assert!(it.sent()[2].proof.is_none());
}

/// The clock is this far ahead of the server's; the second assertion must fit the server's time.
#[track_caller]
fn check_corrected(offset: i64) {
    let it =
        fixture(&[Step::Answer(401, EXPIRED, None), Step::Token("Bearer")], DpopMode::Auto, offset);
    it.fetch().unwrap();
    let issued = |sent: &Sent| sent.assertion["iat"].as_i64().unwrap();
    let [first, second] = it.sent().try_into().unwrap();
    let now = i64::try_from(NOW).unwrap();
    assert_eq!((issued(&first), issued(&second)), (now + offset - 30, now - 30));
    assert_eq!(it.client.http.clock_offset(), Some(-offset));
    it.check_ids();
}

#[test]
fn t_10_an_assertion_refused_for_its_time_is_signed_again_by_the_servers_clock() {
    for offset in [90, 600, 23 * 3600] {
        check_corrected(offset);
        check_corrected(-offset);
    }
}

#[test]
fn t_10_a_clock_that_is_right_is_not_corrected_and_one_a_month_off_is_named() {
    let it = fixture(&[Step::Answer(401, EXPIRED, None)], DpopMode::Auto, 0);
    assert!(matches!(it.fetch(), Err(TokenError::ClientRefused(_))));
    assert_eq!(it.sent().len(), 1);
    for offset in [30 * 86_400, -30 * 86_400] {
        let it = fixture(&[Step::Answer(401, EXPIRED, None)], DpopMode::Auto, offset);
        let error = it.fetch().unwrap_err();
        assert!(error.to_string().contains("30 days apart"), "{error}");
        assert_eq!(it.sent().len(), 1);
    }
}

/// A generator of numbers that is the same at every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

const LIMITED: &str = r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit"}"#;
const STEPS: [Step; 9] = [
    Step::Token("Bearer"),
    Step::Token("DPoP"),
    Step::Answer(400, NONCE, Some("n")),
    Step::Answer(400, MISSING, None),
    Step::Answer(401, r#"{"error":"invalid_client"}"#, None),
    Step::Answer(429, LIMITED, None),
    Step::Answer(429, LIMITED, Some("n2")),
    Step::Answer(503, "", None),
    Step::Reset,
];

/// Whatever the server does: no assertion and no proof is sent twice, a call ends, and no token is
/// asked for while there is a live one.
#[test]
fn any_sequence_of_answers_has_new_ids_few_laps_and_one_token_a_life() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for _ in 0..1000 {
        let mode = [DpopMode::Auto, DpopMode::Always, DpopMode::Never][dice.roll(3)];
        let steps: Vec<_> = (0..16).map(|_| STEPS[dice.roll(STEPS.len())]).collect();
        let it = fixture(&steps, mode, 0);
        let source = TokenSource::new(it.client.clone(), Scopes::parse("okta.users.read").unwrap());
        let mut live: Option<Arc<AccessToken>> = None;
        for _ in 0..4 {
            let before = it.sent().len();
            let result = source.token();
            let requests = it.sent().len() - before;
            // 3 tries after a failure, 4 laps, 60 s of rate limits of 1 s and more, and the first.
            assert!(requests <= 3 + 4 + 60 + 1, "{requests} requests: {steps:?}");
            match (&live, result) {
                (Some(token), again) => {
                    assert_eq!(
                        (requests, again.unwrap().expose()),
                        (0, token.expose()),
                        "{steps:?}"
                    );
                }
                (None, result) => live = result.ok(),
            }
        }
        it.check_ids();
    }
}
