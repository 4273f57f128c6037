//! Sealing (封緘): what lies on the disk is unreadable without this terminal and a reader's PIN.
//!
//! One data key seals everything with XChaCha20-Poly1305. Nobody stores it: for every reader lies
//! an envelope with it, closed by argon2id of the PIN and the terminal's own secret together. The
//! office sends argon2id of each PIN, so envelopes are made without the terminal knowing a PIN;
//! the hash itself is then kept only under the seal.

use argon2::{Argon2, Params, PasswordHash};
use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use shared::wire::{EnrolmentV1, ReaderV1};
use uuid::Uuid;
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;
/// Lengths are rounded up to this, so that the length of an entry does not tell what it is.
const BLOCK_BYTES: usize = 64;

/// What is sealed; a record of one kind or place is no record of another.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// The entry of the log with this sequence.
    Entry(u64),
    /// The work package.
    Package,
    /// The slip that was begun.
    Slip,
    /// The data key in a reader's envelope.
    Envelope,
    /// The photo with this id.
    Photo(Uuid),
    /// What the terminal keeps before anybody has logged in.
    Settings,
}

impl Kind {
    fn bound(self) -> [u8; 9] {
        let (kind, place) = match self {
            Kind::Entry(sequence) => (1, sequence),
            Kind::Package => (2, 0),
            Kind::Slip => (3, 0),
            Kind::Envelope => (4, 0),
            Kind::Settings => (6, 0),
            // The half that is drawn by lot; the log's entry holds the hash of the whole photo.
            Kind::Photo(id) => (5, id.as_u64_pair().1),
        };
        let mut bytes = [kind; 9];
        bytes[1..].copy_from_slice(&u64::to_be_bytes(place));
        bytes
    }
}

/// Opens what is sealed. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// A new key that nobody has.
    pub(super) fn fresh() -> DataKey {
        DataKey(Zeroizing::new(<[u8; 32]>::generate()))
    }

    /// Nonce, then the sealed text.
    pub(super) fn seal(&self, kind: Kind, bytes: &[u8]) -> Vec<u8> {
        let mut padded = Zeroizing::new(Vec::with_capacity(bytes.len() + 2 * BLOCK_BYTES));
        padded.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        padded.extend_from_slice(bytes);
        let length = padded.len().next_multiple_of(BLOCK_BYTES);
        padded.resize(length, 0);
        let nonce = XNonce::generate();
        let text = XChaCha20Poly1305::new((&*self.0).into())
            .encrypt(&nonce, Payload { msg: &padded, aad: &kind.bound() })
            .expect("a record in memory is shorter than the cipher's 256 GiB");
        [nonce.as_slice(), &text].concat()
    }

    /// What was sealed as this kind; nothing if one bit differs.
    pub(super) fn open(&self, kind: Kind, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let padded = XChaCha20Poly1305::new((&*self.0).into())
            .decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: &kind.bound() })
            .ok()?;
        let (length, rest) = padded.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        rest.get(..length).map(<[u8]>::to_vec)
    }
}

/// What only this terminal has; lies in the enrolment file, away from the log.
#[derive(Clone)]
pub struct DeviceSecret(Zeroizing<[u8; 32]>);

impl DeviceSecret {
    /// Made from what the enrolment brought; the same at every start.
    pub fn of(enrolment: &EnrolmentV1) -> DeviceSecret {
        DeviceSecret(derive(&enrolment.token, &[b"minamo handheld store v1", &enrolment.slip_key]))
    }

    /// Seals what must be known before a PIN opens the data key.
    pub(crate) fn seal_settings(&self, bytes: &[u8]) -> Vec<u8> {
        DataKey(derive(&*self.0, &[b"settings"])).seal(Kind::Settings, bytes)
    }

    /// What was sealed so; nothing if one bit differs.
    pub(crate) fn open_settings(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        DataKey(derive(&*self.0, &[b"settings"])).open(Kind::Settings, sealed)
    }

    fn reader_mark(&self, login: &str) -> [u8; 32] {
        *derive(&*self.0, &[b"reader", login.as_bytes()])
    }

    fn envelope_key(&self, pin_hash: &[u8]) -> DataKey {
        DataKey(derive(&*self.0, &[b"envelope", pin_hash]))
    }
}

fn derive(secret: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret).expect("HMAC takes any key");
    for part in parts {
        mac.update(part);
        // The end of a part is marked: two parts never read as another two.
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// The data key for one reader. Names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    reader: [u8; 32],
    salt: Vec<u8>,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    output_bytes: u32,
    sealed: Vec<u8>,
}

impl Envelope {
    fn close(secret: &DeviceSecret, reader: &ReaderV1, key: &DataKey) -> Option<Envelope> {
        let hash = PasswordHash::new(&reader.pin_hash).ok()?;
        let (salt, output) = (hash.salt?, hash.hash?);
        let cost = Params::try_from(&hash).ok()?;
        if hash.algorithm.as_str() != "argon2id"
            || hash.version.is_some_and(|version| version != 19)
        {
            return None;
        }
        Some(Envelope {
            reader: secret.reader_mark(&reader.login),
            salt: salt.as_ref().to_vec(),
            memory_kib: cost.m_cost(),
            passes: cost.t_cost(),
            lanes: cost.p_cost(),
            output_bytes: u32::try_from(output.len()).ok()?,
            sealed: secret.envelope_key(output.as_bytes()).seal(Kind::Envelope, &*key.0),
        })
    }

    fn open(&self, secret: &DeviceSecret, pin: &str) -> Option<DataKey> {
        let mut output = Zeroizing::new(vec![0; usize::try_from(self.output_bytes).ok()?]);
        let cost =
            Params::new(self.memory_kib, self.passes, self.lanes, Some(output.len())).ok()?;
        Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, cost)
            .hash_password_into(pin.as_bytes(), &self.salt, &mut output)
            .ok()?;
        let key = secret.envelope_key(&output).open(Kind::Envelope, &self.sealed)?;
        Some(DataKey(Zeroizing::new(Zeroizing::new(key).as_slice().try_into().ok()?)))
    }
}

/// Every envelope on board, and the secret that they need.
#[derive(Clone)]
pub struct Keyring {
    pub(super) secret: DeviceSecret,
    pub(super) envelopes: Vec<Envelope>,
}

impl Keyring {
    /// The data key, if this reader has this PIN. Slow on purpose. An unknown reader takes as long
    /// as a known one: the time must not tell who exists.
    pub fn open(&self, login: &str, pin: &str) -> Option<DataKey> {
        let mark = self.secret.reader_mark(login);
        let known = self.envelopes.iter().find(|envelope| envelope.reader == mark);
        match known {
            Some(envelope) => envelope.open(&self.secret, pin),
            None => self.envelopes.first()?.open(&self.secret, "").filter(|_| false),
        }
    }

    /// An envelope for each of these readers, in place of those before.
    pub(super) fn close(
        secret: &DeviceSecret,
        readers: &[ReaderV1],
        key: &DataKey,
    ) -> Vec<Envelope> {
        let envelopes: Vec<Envelope> =
            readers.iter().filter_map(|reader| Envelope::close(secret, reader, key)).collect();
        if envelopes.len() < readers.len() {
            tracing::warn!(
                readers = readers.len(),
                envelopes = envelopes.len(),
                "a PIN hash is not argon2id: that reader cannot log in"
            );
        }
        envelopes
    }
}
