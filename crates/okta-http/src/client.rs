//! The one retry loop.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::rate_limit::{self, RateLimit};
use crate::retry_note::RetryNote;
use crate::server_clock::ServerClock;
use crate::{
    Authorizer, Clock, HttpError, Replay, Request, Response, ServerError, StreamedResponse,
    Transport,
};

/// What one attempt came to.
type Outcome = Result<StreamedResponse, HttpError>;

/// How often and how long to try.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RetryPolicy {
    /// The shortest wait before each further try after a failure of the network or of the server, which chance may double;
    /// its length is the number of such tries.
    pub backoffs: Vec<Duration>,
    /// The longest that one call may spend waiting because the server asked for it. It alone limits the tries after 429.
    pub max_wait: Duration,
    /// The longest that one call may take with all its tries, besides the waits that the server asked for.
    pub deadline: Duration,
}

impl Default for RetryPolicy {
    /// Three further tries after 0.5, 1 and 2 s, 60 s for a rate limit, which is Okta's window, and 30 s for all else.
    fn default() -> Self {
        Self {
            backoffs: [500, 1000, 2000].map(Duration::from_millis).to_vec(),
            max_wait: Duration::from_secs(60),
            deadline: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// One try only.
    pub fn none() -> Self {
        Self { backoffs: Vec::new(), max_wait: Duration::ZERO, ..Self::default() }
    }
}

/// How often one request may be repeated because its [`Authorizer`] knows a remedy. A token request
/// needs the most: a proof, two nonces for it, and the server's time.
const MOST_REMEDIES: u32 = 4;

/// Sends requests over a [`Transport`], again if that is sound.
#[derive(Clone)]
pub struct HttpClient {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    policy: RetryPolicy,
    /// What a call has waited before it came to this client.
    waited: Duration,
    server_clock: Arc<ServerClock>,
    authorizer: Option<Arc<dyn Authorizer>>,
}

impl HttpClient {
    /// A client over one transport and one clock, which all its clones share.
    pub fn new(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>, policy: RetryPolicy) -> Self {
        let (waited, server_clock) = (Duration::ZERO, Arc::default());
        Self { transport, clock, policy, waited, server_clock, authorizer: None }
    }

    /// The same client with `authorizer` putting a credential on every attempt.
    #[must_use]
    pub fn authorized(mut self, authorizer: Arc<dyn Authorizer>) -> Self {
        self.authorizer = Some(authorizer);
        self
    }

    /// The time by the server's clock: the local one, corrected by what the `Date` of the answers so
    /// far has taught.
    pub fn server_time(&self) -> SystemTime {
        self.server_clock.at(self.clock.now())
    }

    /// Seconds that the server's clock is ahead of the local one, negative if it is behind; nothing
    /// before the first answer with a `Date` that can be believed. Less than 2 s counts as none.
    pub fn clock_offset(&self) -> Option<i64> {
        self.server_clock.offset()
    }

    /// Whether there was an answer yet, of whatever kind.
    pub fn was_answered(&self) -> bool {
        self.server_clock.was_answered()
    }

    /// The longest that one call may spend waiting because the server asked for it.
    pub fn max_wait(&self) -> Duration {
        self.policy.max_wait
    }

    /// The longest that one call may take, besides the waits that the server asks for.
    pub fn deadline(&self) -> Duration {
        self.policy.deadline
    }

    /// The same client for a call that has `waited` already.
    #[must_use]
    pub fn having_waited(mut self, waited: Duration) -> Self {
        self.policy.max_wait = self.policy.max_wait.saturating_sub(waited);
        self.waited = self.waited.saturating_add(waited);
        self
    }

    /// Begins with an offset that an earlier run learnt.
    pub fn recall_clock_offset(&self, seconds: i64) {
        self.server_clock.recall(seconds);
    }

    /// The clock that the client waits by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Sends the request that `build` makes, and the one it makes next if another try is sound.
    ///
    /// `build` runs for every try, because a client assertion and a DPoP proof are good for one request only. Tried again
    /// are 429 after the wait it asks for, as long as [`RetryPolicy::max_wait`] allows, and for [`Replay::Safe`], as often
    /// as [`RetryPolicy::backoffs`] allow, the statuses from 500 to 599 and failures of the network. Even 501 is among
    /// them: from a proxy or a gateway that is being replaced, none of them says what the next try meets.
    /// A [`Replay::OnlyIfUnsent`] request is sent again only after 429 or if no connection came about. A request that is
    /// sent again after 429 says so by `X-Okta-Retry-For` and `X-Okta-Retry-Count`, as those of Okta's SDKs do.
    ///
    /// Every other status is returned as it is. Secrets of the request are replaced where an answer other than JSON
    /// of a success repeats them.
    ///
    /// # Errors
    ///
    /// The error of `build`; [`HttpError::RateLimited`] if 429 was the last answer; [`HttpError::OutcomeUnknown`] if an
    /// `OnlyIfUnsent` request may have been received but was not answered; else the last [`HttpError`] of the transport.
    pub fn send<E: From<HttpError>>(
        &self,
        build: impl FnMut() -> Result<Request, E>,
    ) -> Result<Response, E> {
        let trip = |request: &Request| self.transport.round_trip(request).map(Into::into);
        self.attempt(build, trip).map(StreamedResponse::into_head)
    }

    /// Like [`Self::send`], but leaves the body of a success (2xx) to be read while it arrives. What goes wrong after the
    /// headers is an error of reading and does not lead to another try.
    ///
    /// # Errors
    ///
    /// As [`Self::send`], up to the end of the headers.
    pub fn stream<E: From<HttpError>>(
        &self,
        build: impl FnMut() -> Result<Request, E>,
    ) -> Result<StreamedResponse, E> {
        self.attempt(build, |request| self.transport.open(request))
    }

    /// The loop itself.
    fn attempt<E: From<HttpError>>(
        &self,
        mut build: impl FnMut() -> Result<Request, E>,
        trip: impl Fn(&Request) -> Outcome,
    ) -> Result<StreamedResponse, E> {
        let mut backoffs = self.policy.backoffs.iter();
        let mut allowance = self.policy.max_wait;
        let mut limited = RetryNote::default();
        let mut remedies = 0;
        let begun = self.clock.elapsed();
        loop {
            // What was waited because the server asked for it does not count.
            let asked_for = self.policy.max_wait.saturating_sub(allowance);
            let end = begun.saturating_add(asked_for).saturating_add(self.policy.deadline);
            let left = || end.saturating_sub(self.clock.elapsed());
            let request = limited.put_on(self.authorize(build()?)?)?.within(left());
            let outcome = trip(&request);
            self.learn(&outcome);
            if remedies < MOST_REMEDIES
                && !left().is_zero()
                && self.has_remedy(&request, &outcome, remedies)
            {
                remedies += 1;
                continue;
            }
            let verdict = self.verdict(&outcome, request.replay());
            let asked = verdict.asked(limited.count());
            // How much of the allowance is used up, and how long the pause is.
            let pause = match verdict {
                Verdict::Final => None,
                Verdict::Limited(limit) => {
                    let pause = limit.pause(limited.count(), allowance, self.clock());
                    if let Ok(answer) = &outcome {
                        self.note_rate_limit(limit, &request, answer.head());
                        limited.observe(answer.head());
                    }
                    pause.map(|pause| (pause, pause))
                }
                Verdict::Failed { asked } if asked > allowance => None,
                Verdict::Failed { asked } => {
                    let backoff = backoffs.next().map(|it| *it + self.clock.jitter(*it));
                    backoff
                        .map(|backoff| (asked, asked.max(backoff)))
                        .filter(|(used, pause)| *pause - *used < left())
                }
            };
            let Some((used, pause)) = pause else {
                let in_all = self.waited.saturating_add(asked_for).saturating_add(asked);
                let sufficient = (asked > allowance).then_some(in_all);
                return Ok(self.conclude(&request, outcome, sufficient)?);
            };
            allowance = allowance.saturating_sub(used);
            self.clock.sleep(pause);
        }
    }

    fn authorize(&self, request: Request) -> Result<Request, HttpError> {
        match &self.authorizer {
            Some(authorizer) => authorizer.authorize(request),
            None => Ok(request),
        }
    }

    fn has_remedy(&self, request: &Request, outcome: &Outcome, earlier: u32) -> bool {
        let (Some(authorizer), Ok(response)) = (&self.authorizer, outcome) else { return false };
        authorizer.has_remedy(request, response.head(), earlier)
    }

    /// What is told may be kept and quoted elsewhere, so that it repeats no secret of the request.
    fn note_rate_limit(&self, limit: RateLimit, request: &Request, response: &Response) {
        if let Some(authorizer) = &self.authorizer {
            let mut response = response.clone();
            response.redact(request.secrets());
            authorizer.note_rate_limit(limit.asked(), &response);
        }
    }

    fn learn(&self, outcome: &Outcome) {
        let Ok(answer) = outcome else { return };
        self.server_clock.note_answer();
        if let Some(date) = answer.head().date() {
            self.server_clock.observe(date, self.clock.now());
        }
    }

    fn verdict(&self, outcome: &Outcome, replay: Replay) -> Verdict {
        let now = || self.clock.now();
        match outcome {
            Ok(response) => match (response.head().status, replay) {
                (429, _) => Verdict::Limited(RateLimit::of(response.head(), now())),
                (500..=599, Replay::Safe) => Verdict::Failed {
                    asked: rate_limit::retry_after(response.head(), now()).unwrap_or_default(),
                },
                _ => Verdict::Final,
            },
            Err(error) if !error.is_transient() => Verdict::Final,
            Err(error) if replay == Replay::OnlyIfUnsent && error.may_have_been_received() => {
                Verdict::Final
            }
            Err(_) => Verdict::Failed { asked: Duration::ZERO },
        }
    }

    /// Turns the last outcome into what the caller acts on. With `sufficient` as the longest wait it would not be the last.
    fn conclude(
        &self,
        request: &Request,
        outcome: Outcome,
        sufficient: Option<Duration>,
    ) -> Outcome {
        match outcome {
            Ok(mut response) => {
                let head = response.head_mut();
                head.sufficient_wait = sufficient;
                // JSON of a success is what the caller asked for; anything else may be quoted in an error.
                if !(head.is_success() && head.is_json()) {
                    head.redact(request.secrets());
                }
                if head.status == 429 {
                    return Err(HttpError::RateLimited {
                        retry_after: RateLimit::of(head, self.clock.now()).asked(),
                        server: Box::new(ServerError::from_response(head)),
                    });
                }
                Ok(response)
            }
            Err(error)
                if request.replay() == Replay::OnlyIfUnsent && error.may_have_been_received() =>
            {
                Err(HttpError::OutcomeUnknown { source: Box::new(error) })
            }
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// What follows from one outcome.
enum Verdict {
    Final,
    /// Worth another try when the limit allows.
    Limited(RateLimit),
    /// Worth another try, not before `asked` has passed.
    Failed {
        asked: Duration,
    },
}

impl Verdict {
    /// The shortest wait that the server asks for, after `repetitions` earlier 429.
    fn asked(&self, repetitions: u32) -> Duration {
        match self {
            Self::Final => Duration::ZERO,
            Self::Limited(limit) => limit.shortest_pause(repetitions),
            Self::Failed { asked } => *asked,
        }
    }
}

#[cfg(test)]
mod tests;
