//! The org behind its lock, and everything around it that outlives a request.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Method;

use crate::api_error::ApiError;
use crate::call::Call;
use crate::clock::OrgClock;
use crate::context::Context;
use crate::fault::{Disturbance, Fault, FaultPlan};
use crate::org::Org;
use crate::rate_limit::RateWindows;
use crate::reply::Reply;
use crate::request_log::{LoggedRequest, RequestLog};
use crate::routes;
use crate::state_file::{StateFile, StateFileError};
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) org_url: String,
    pub(crate) admin_token: String,
    clock: OrgClock,
    org: Mutex<Org>,
    state_file: Option<StateFile>,
    faults: Mutex<FaultPlan>,
    log: Mutex<RequestLog>,
    windows: Mutex<RateWindows>,
    /// When what had expired was last forgotten, in seconds: a look at everything at each request would be felt.
    swept: AtomicI64,
}

impl Site {
    /// Opens the stored org or makes a fresh one, which is stored at once.
    pub(crate) fn open(
        org_url: String,
        state_file: Option<StateFile>,
    ) -> Result<Self, StateFileError> {
        let clock = OrgClock::default();
        let stored = state_file.as_ref().map(StateFile::load).transpose()?.flatten();
        let is_new = stored.is_none();
        let org = stored.unwrap_or_else(|| Org::new(clock.now()));
        if let (Some(file), true) = (&state_file, is_new) {
            file.save(&org)?;
        }
        Ok(Self {
            org_url,
            admin_token: org.admin_token.clone(),
            clock,
            org: Mutex::new(org),
            state_file,
            faults: Mutex::default(),
            log: Mutex::default(),
            windows: Mutex::default(),
            swept: AtomicI64::default(),
        })
    }

    /// Answers one request; the next one waits, so the org changes in one order.
    ///
    /// With a state file the change counts once it is on disk, or not at all.
    pub(crate) fn answer(&self, call: &Call) -> Reply {
        let mut org = lock(&self.org);
        let now = self.clock.now();
        let Some(file) = &self.state_file else {
            return self.answer_with(&mut org, call, now);
        };
        let mut changed = org.clone();
        let reply = self.answer_with(&mut changed, call, now);
        if changed != *org {
            if file.save(&changed).is_err() {
                return ApiError::internal().into();
            }
            *org = changed;
        }
        reply
    }

    fn answer_with(&self, org: &mut Org, call: &Call, now: Timestamp) -> Reply {
        if self.swept.swap(now.seconds(), Ordering::Relaxed) != now.seconds() {
            org.forget_expired(now);
        }
        routes::answer(&mut Context { org, org_url: &self.org_url, now }, call)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn advance_clock(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub(crate) fn inject(&self, fault: Fault) {
        lock(&self.faults).arm(fault);
    }

    pub(crate) fn armed_faults(&self) -> Vec<Fault> {
        lock(&self.faults).armed()
    }

    pub(crate) fn disturbance(&self, method: &Method, path: &str) -> Option<Disturbance> {
        lock(&self.faults).meet(method, path, self.now())
    }

    pub(crate) fn count(&self, path: &str, reply: Reply) -> Reply {
        lock(&self.windows).stamp(path, self.now(), reply)
    }

    pub(crate) fn note(&self, call: &Call, reply: &Reply) {
        lock(&self.log).note(call, reply.status);
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        lock(&self.log).entries()
    }
}

/// No update here can be half done when a thread panics, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
