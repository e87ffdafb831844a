//! Keys of whatever format, told apart by their content.

use crate::der::{Der, Restricted};
use crate::encrypted::Passphrase;
use crate::error::{InvalidKey, ParseJwkError, ParsePemError};
use crate::intake::{self, Document};
use crate::json::{Json, Members};
use crate::key_id::KeyId;
use crate::kind::KeyKind;
use crate::members;
use crate::parse::ParseKeyError;
use crate::pem;
use crate::private::{PrivateJwk, Secret, Untested};
use crate::profile::{OktaRefusal, Profile};
use crate::public::{Public, PublicJwk};
use crate::repair::Repair;
use crate::set::{self, JwkSet, JwkSetError};
use crate::symmetric::SymmetricJwk;

/// How keys are read; the default is a file that holds a key for Okta.
///
/// JWK, JWK Set, PEM or DER with PKCS#8, PKCS#1, SEC 1 or SPKI, encrypted PKCS#8, also in base64
/// or in quotes.
#[derive(Clone, Debug, Default)]
pub struct KeyReader {
    profile: Profile,
    kid: Option<String>,
    passphrase: Option<Passphrase>,
    source: Source,
    for_signing: bool,
}

/// Where a text comes from, which decides what a backslash in it means.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Source {
    /// A file: `\n` in a PEM is a mistake.
    #[default]
    File,
    /// An environment variable or a pipe: `\n` in a PEM is a line break.
    Variable,
}

/// Keys and what had to be mended to read them.
#[derive(Clone, Debug)]
pub struct Read<T> {
    /// What was read.
    pub key: T,
    /// What was mended, in the order in which it was found.
    pub repairs: Vec<Repair>,
}

/// Keys of one file.
#[derive(Clone, Debug)]
pub enum Keys {
    /// Private keys, at least one.
    Private(Vec<PrivateJwk>),
    /// A shared key.
    Symmetric(SymmetricJwk),
    /// Public keys.
    Public(JwkSet),
}

impl KeyReader {
    /// A reader of files for [`Profile::Okta`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Which keys may pass.
    #[must_use]
    pub fn profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// The `kid` that chooses a key of a set. A single key must have it or none, and is then given it.
    #[must_use]
    pub fn kid(self, kid: Option<&str>) -> Self {
        Self { kid: kid.map(str::to_owned), ..self }
    }

    /// What opens an encrypted key.
    #[must_use]
    pub fn passphrase(self, passphrase: Option<Passphrase>) -> Self {
        Self { passphrase, ..self }
    }

    /// Where the text comes from.
    #[must_use]
    pub fn source(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// Leaves out the test of an RSA key's factors, which is most of what it takes to read one: for those who sign with the key and
    /// verify its first signature with its public half, as `LocalSigner` of the crate `jwt-sign` does. That finds a damaged key
    /// as well. A key that was read so is not one to publish.
    #[must_use]
    pub fn for_signing(self) -> Self {
        Self { for_signing: true, ..self }
    }

    /// Reads one private key.
    ///
    /// # Errors
    /// [`ParseKeyError`]; a public or a shared key is named as such.
    pub fn private(&self, bytes: &[u8]) -> Result<Read<PrivateJwk>, ParseKeyError> {
        let Read { key, repairs } = self.keys(bytes)?;
        match key {
            Keys::Private(mut keys) => match keys.pop() {
                Some(key) if keys.is_empty() => Ok(Read { key, repairs }),
                _ => Err(ParseKeyError::KeyIdRequired { count: keys.len() + 1 }),
            },
            Keys::Symmetric(_) => Err(ParseKeyError::SharedKey),
            Keys::Public(_) => Err(ParseKeyError::PublicKey),
        }
    }

    /// Reads public keys.
    ///
    /// # Errors
    /// [`ParseKeyError`]; private keys are refused as such, so that none is published by mistake.
    pub fn public(&self, bytes: &[u8]) -> Result<Read<JwkSet>, ParseKeyError> {
        let mut repairs = Vec::new();
        let document = intake::open(bytes, self.source, &mut repairs)?;
        let evidence = document.evidence();
        match self.document(document, &mut repairs) {
            Ok(Keys::Public(key)) => Ok(Read { key, repairs }),
            Ok(Keys::Symmetric(_)) => Err(ParseKeyError::PrivateKey { evidence: "k" }),
            Ok(Keys::Private(_)) | Err(ParseKeyError::Encrypted) => {
                Err(ParseKeyError::PrivateKey { evidence })
            }
            Err(error) => Err(error),
        }
    }

    /// Reads whatever keys there are.
    ///
    /// # Errors
    /// [`ParseKeyError`].
    pub fn keys(&self, bytes: &[u8]) -> Result<Read<Keys>, ParseKeyError> {
        let mut repairs = Vec::new();
        let document = intake::open(bytes, self.source, &mut repairs)?;
        Ok(Read { key: self.document(document, &mut repairs)?, repairs })
    }

    fn document(
        &self,
        document: Document,
        repairs: &mut Vec<Repair>,
    ) -> Result<Keys, ParseKeyError> {
        match document {
            Document::Json(json) => self.json(json, repairs),
            Document::Pem(text) => self.pem(&text, repairs),
            Document::Der(der) => self.der(&der),
        }
    }

    fn pem(&self, text: &str, repairs: &mut Vec<Repair>) -> Result<Keys, ParseKeyError> {
        if !pem::has_private_key(text)? {
            return self.public_material(pem::parse_public(text, repairs)?);
        }
        self.secret(pem::parse_private(text, self.passphrase.as_ref(), repairs)?)
    }

    fn der(&self, der: &[u8]) -> Result<Keys, ParseKeyError> {
        let structure = Der::sniff(der).map_err(ParseKeyError::of_der)?;
        if structure.is_private() {
            let secret = structure.private(None, self.passphrase.as_ref());
            return self.secret(secret.map_err(ParseKeyError::of_der)?);
        }
        self.public_material(structure.public().map_err(ParseKeyError::of_der)?)
    }

    fn secret(&self, secret: Restricted<Secret>) -> Result<Keys, ParseKeyError> {
        let key = self.tested(Untested::from_secret(secret)?).map_err(ParsePemError::from)?;
        let key = self.admitted(key)?;
        let kid = self.kid_of(key.kid())?;
        Ok(Keys::Private(vec![key.with_kid(kid)]))
    }

    fn public_material(&self, material: Restricted<Public>) -> Result<Keys, ParseKeyError> {
        let key = PublicJwk::from_restricted(material).map_err(ParseJwkError::from)?;
        self.public_keys(vec![key])
    }

    /// A single key is checked against the `kid`, or given it.
    fn public_keys(&self, mut keys: Vec<PublicJwk>) -> Result<Keys, ParseKeyError> {
        self.admit_set(keys.iter().map(PublicJwk::okta_refusal))?;
        if let [key] = keys.as_mut_slice() {
            *key = key.clone().with_kid(self.kid_of(key.kid())?);
        }
        Ok(Keys::Public(JwkSet::new(keys)?))
    }

    /// Keys for encryption may stand beside those for signatures (RFC 7517 section 4.2).
    fn admit_set(
        &self,
        refusals: impl Iterator<Item = Option<OktaRefusal>>,
    ) -> Result<(), ParseKeyError> {
        let refusals: Vec<_> = refusals.collect();
        let has_signing_key = refusals.contains(&None);
        let beside = |it: &OktaRefusal| matches!(it, OktaRefusal::Use | OktaRefusal::Operations);
        let refusal = refusals.into_iter().flatten().find(|it| !(has_signing_key && beside(it)));
        Ok(self.profile.admit(refusal)?)
    }

    fn json(&self, json: Json, repairs: &mut Vec<Repair>) -> Result<Keys, ParseKeyError> {
        if json.has_member("keys") && !json.has_member("kty") {
            return self.set(set::items(json)?, repairs);
        }
        let object = json.into_object()?;
        tell_links(&object, repairs);
        if is_shared(&object) {
            return Ok(Keys::Symmetric(self.shared(&object)?));
        }
        if object.contains("d") {
            let key = self.private_jwk(&object, repairs)?;
            let kid = self.kid_of(key.kid())?;
            return Ok(Keys::Private(vec![self.admitted(key)?.with_kid(kid)]));
        }
        self.public_keys(vec![PublicJwk::from_members(&object)?])
    }

    /// A `kid` chooses before anything else is looked at: the other keys may be of any kind.
    fn set(&self, items: Vec<Json>, repairs: &mut Vec<Repair>) -> Result<Keys, ParseKeyError> {
        if items.is_empty() {
            return Err(JwkSetError::Empty.into());
        }
        if let Some(kid) = &self.kid {
            return self.json(chosen(items, kid)?, repairs);
        }
        let (mut private, mut public) = (Vec::new(), Vec::new());
        let count = items.len();
        for (index, item) in items.into_iter().enumerate() {
            let object = item.into_object().map_err(|it| in_set(index, it.into()))?;
            tell_links(&object, repairs);
            if is_shared(&object) {
                let alone = count == 1;
                return if alone {
                    self.shared(&object).map(Keys::Symmetric)
                } else {
                    Err(ParseKeyError::SharedInSet)
                };
            }
            if object.contains("d") {
                let key = self.private_jwk(&object, repairs);
                private.push(key.map_err(|it| in_set(index, it.into()))?);
            } else {
                match PublicJwk::from_members(&object) {
                    // RFC 7517 section 5: others may publish kinds of keys that are not known yet.
                    Err(ParseJwkError::UnsupportedKty { kty }) if count > 1 => {
                        repairs.push(Repair::UnknownKey { index, kty });
                    }
                    key => public.push(key.map_err(|it| in_set(index, it.into()))?),
                }
            }
        }
        match (private.is_empty(), public.is_empty()) {
            (false, false) => Err(ParseKeyError::MixedSet),
            (true, _) => self.public_keys(public),
            (false, true) => {
                JwkSet::new(private.iter().map(PrivateJwk::public).collect())?;
                // Of several one will be chosen, and looked at then.
                if count == 1 {
                    self.admit_set(private.iter().map(PrivateJwk::okta_refusal))?;
                }
                Ok(Keys::Private(private))
            }
        }
    }

    fn shared(&self, object: &Members) -> Result<SymmetricJwk, ParseKeyError> {
        let key = SymmetricJwk::from_members(object)?;
        self.profile.admit(Some(key.okta_refusal()))?;
        let kid = self.kid_of(key.kid())?;
        Ok(key.with_kid(kid))
    }

    fn private_jwk(
        &self,
        object: &Members,
        repairs: &mut Vec<Repair>,
    ) -> Result<PrivateJwk, ParseJwkError> {
        let key = self.tested(Untested::from_members(object)?)?;
        if matches!(key.kind(), KeyKind::Rsa { .. }) && !object.contains("p") {
            repairs.push(Repair::Factors);
        }
        Ok(key)
    }

    fn tested(&self, key: Untested) -> Result<PrivateJwk, InvalidKey> {
        if self.for_signing { Ok(key.for_signing()) } else { key.tested() }
    }

    fn admitted(&self, key: PrivateJwk) -> Result<PrivateJwk, ParseKeyError> {
        self.profile.admit(key.okta_refusal())?;
        Ok(key)
    }

    /// The key's own `kid`, or the one asked for if it has none.
    fn kid_of(&self, found: Option<&KeyId>) -> Result<Option<KeyId>, ParseKeyError> {
        match (&self.kid, found) {
            (Some(wanted), Some(found)) if found.as_str() != wanted => {
                Err(ParseKeyError::KeyIdNotFound { kid: crate::error::excerpt(wanted) })
            }
            (Some(wanted), None) => {
                KeyId::new(wanted).map(Some).map_err(|_| ParseKeyError::InvalidKeyId)
            }
            (_, found) => Ok(found.cloned()),
        }
    }
}

fn is_shared(object: &Members) -> bool {
    object.text("kty") == Ok(Some("oct"))
}

fn tell_links(object: &Members, repairs: &mut Vec<Repair>) {
    let members = members::ignored(object);
    if !members.is_empty() {
        repairs.push(Repair::LinksIgnored { members });
    }
}

/// Says which key of a set is at fault, where that is not the whole set's.
fn in_set(index: usize, error: ParseKeyError) -> ParseKeyError {
    match error {
        ParseKeyError::Jwk(source) => ParseKeyError::Set(JwkSetError::Key { index, source }),
        other => other,
    }
}

/// The one key of a set that has the `kid`.
fn chosen(items: Vec<Json>, kid: &str) -> Result<Json, ParseKeyError> {
    let mut matching = items.into_iter().filter(|it| it.text_member("kid") == Some(kid));
    match (matching.next(), matching.next()) {
        (Some(key), None) => Ok(key),
        (Some(_), Some(_)) => Err(ParseKeyError::KeyIdAmbiguous),
        (None, _) => Err(ParseKeyError::KeyIdNotFound { kid: crate::error::excerpt(kid) }),
    }
}
