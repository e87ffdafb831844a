//! What is known so far: each fact is found out once and serves every check after it.

use std::sync::Arc;

use jwt_sign::{ClientId, LocalSigner};
use okta_http::{AuthServer, HttpClient, OrgUrl, Response, Scopes, Secret, TokenEndpoint};
use okta_token::{AccessToken, DpopMode, TokenClient, TokenError};

use super::Asked;
use super::admin::Administration;
use super::app::App;
use super::finding::{Skipped, Verdict};
use super::refusal::Blame;
use super::traffic::Traffic;
use crate::context::Context;
use crate::error::CliError;
use crate::settings::Settings;
use crate::tokens;

/// What the client proves itself with.
#[derive(Clone)]
pub(super) enum Credential {
    Key(Arc<LocalSigner>),
    Secret(Secret),
}

/// The first answer of the org, and how far this machine's clock is ahead of the one it shows, in
/// seconds.
pub(super) struct FirstAnswer {
    pub(super) response: Response,
    pub(super) clock_skew: Option<i64>,
}

/// The token endpoint's answer.
pub(super) type TokenAnswer = Arc<Result<AccessToken, TokenError>>;

/// What the token endpoint says about one check.
pub(super) enum Said {
    /// It got past that check.
    Passed,
    /// It refused for it.
    Refused(TokenAnswer),
}

/// An examination. A setting that is wrong or missing is absent here.
pub(super) struct Exam<'a, 'c> {
    pub(super) asked: &'a Asked,
    pub(super) context: &'a mut Context<'c>,
    pub(super) settings: Option<Settings>,
    pub(super) org: Option<OrgUrl>,
    pub(super) server: Option<AuthServer>,
    pub(super) client_id: Option<ClientId>,
    pub(super) scopes: Option<Scopes>,
    pub(super) dpop: Option<DpopMode>,
    pub(super) http: Option<HttpClient>,
    pub(super) traffic: Traffic,
    pub(super) credential: Option<Credential>,
    pub(super) first_answer: Option<FirstAnswer>,
    pub(super) administration: Option<Administration>,
    pub(super) app: Option<Arc<App>>,
    /// Whether the client was tried as the reader of its own app.
    pub(super) has_asked_itself: bool,
    /// What the authorization server tells of; it may have more.
    pub(super) scopes_supported: Vec<String>,
    /// The checks that failed.
    pub(super) failed: Vec<&'static str>,
    token: Option<TokenAnswer>,
}

impl<'a, 'c> Exam<'a, 'c> {
    pub(super) fn new(asked: &'a Asked, context: &'a mut Context<'c>) -> Self {
        Self {
            asked,
            context,
            settings: None,
            org: None,
            server: None,
            client_id: None,
            scopes: None,
            dpop: None,
            http: None,
            traffic: Traffic::default(),
            credential: None,
            first_answer: None,
            administration: None,
            app: None,
            has_asked_itself: false,
            scopes_supported: Vec::new(),
            failed: Vec::new(),
            token: None,
        }
    }

    pub(super) fn settings(&self) -> Result<&Settings, Skipped> {
        self.settings.as_ref().ok_or(Skipped("settings"))
    }

    pub(super) fn org(&self) -> Result<OrgUrl, Skipped> {
        self.org.clone().ok_or(Skipped("settings"))
    }

    pub(super) fn server(&self) -> Result<AuthServer, Skipped> {
        self.server.clone().ok_or(Skipped("settings"))
    }

    pub(super) fn client_id(&self) -> Result<ClientId, Skipped> {
        self.client_id.clone().ok_or(Skipped("settings"))
    }

    pub(super) fn scopes(&self) -> Result<Scopes, Skipped> {
        self.scopes.clone().ok_or(Skipped("settings"))
    }

    pub(super) fn dpop(&self) -> Result<DpopMode, Skipped> {
        self.dpop.ok_or(Skipped("settings"))
    }

    pub(super) fn credential(&self) -> Result<Credential, Skipped> {
        self.credential.clone().ok_or(Skipped("key_file"))
    }

    /// The key's signer; nothing if the client has a secret.
    pub(super) fn signer(&self) -> Result<Option<Arc<LocalSigner>>, Skipped> {
        Ok(match self.credential()? {
            Credential::Key(signer) => Some(signer),
            Credential::Secret(_) => None,
        })
    }

    /// The way to a server that has answered as an org does. No other one is shown a credential.
    pub(super) fn http(&self) -> Result<HttpClient, Skipped> {
        let http = self.http.clone().ok_or(Skipped("settings"))?;
        if self.first_answer.is_none() {
            return Err(Skipped("connection"));
        }
        self.passed("org_url").map(|()| http)
    }

    pub(super) fn passed(&self, check: &'static str) -> Result<(), Skipped> {
        if self.failed.contains(&check) { Err(Skipped(check)) } else { Ok(()) }
    }

    pub(super) fn endpoint(&self) -> Result<TokenEndpoint, Skipped> {
        Ok(TokenEndpoint::new(&self.org()?, &self.server()?))
    }

    /// A real token, asked for once, past every cache, and not kept.
    pub(super) fn token(&mut self) -> Result<TokenAnswer, Skipped> {
        if let Some(answer) = &self.token {
            return Ok(Arc::clone(answer));
        }
        self.passed("clock")?;
        self.passed("auth_server")?;
        let (http, client_id, scopes) = (self.http()?, self.client_id()?, self.scopes()?);
        let endpoint = self.endpoint()?;
        let client = match self.credential()? {
            Credential::Key(signer) => TokenClient::new(http, endpoint, client_id, signer),
            Credential::Secret(secret) => {
                TokenClient::with_client_secret(http, endpoint, client_id, secret)
            }
        };
        let answer = Arc::new(client.with_dpop(self.dpop()?).fetch(&scopes));
        self.token = Some(Arc::clone(&answer));
        Ok(answer)
    }

    /// The token, also one with fewer scopes than were asked for.
    pub(super) fn access_token(&mut self) -> Result<AccessToken, Skipped> {
        match self.token()?.as_ref() {
            Ok(token) => Ok(token.clone()),
            Err(TokenError::ScopesMissing { token, .. }) => Ok((**token).clone()),
            Err(error) => Err(Skipped(Blame::of(error).map_or("token", Blame::check))),
        }
    }

    /// The verdict on what the org has stored, unless the token endpoint sees it otherwise.
    pub(super) fn confirmed(&mut self, check: Blame, verdict: Verdict) -> Verdict {
        match self.said_about(check) {
            Ok(Said::Refused(answer)) => match answer.as_ref() {
                Err(error) => Verdict::failure(self.told(error)),
                Ok(_) => verdict,
            },
            _ => verdict,
        }
    }

    /// A refusal with the words of the settings in its hint.
    pub(super) fn told(&self, error: &TokenError) -> CliError {
        match (&self.settings, &self.scopes) {
            (Some(settings), Some(scopes)) => tokens::told(error, settings, scopes),
            _ => error.into(),
        }
    }

    /// What the token endpoint says about a check that it makes itself.
    pub(super) fn said_about(&mut self, check: Blame) -> Result<Said, Skipped> {
        let answer = self.token()?;
        let Err(error) = answer.as_ref() else { return Ok(Said::Passed) };
        match Blame::of(error) {
            Some(blame) if blame == check => Ok(Said::Refused(answer)),
            Some(blame) if blame > check => Ok(Said::Passed),
            Some(blame) => Err(Skipped(blame.check())),
            None => Err(Skipped("token")),
        }
    }
}
