//! The server's own authority (認証局): one key and one certificate in `DATA/tls`, made once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::tz::Offset;
use jiff::{Span, Timestamp, ToSpan};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// The authority outlives the terminals that trust it.
const VALID_YEARS: i16 = 30;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file in `DATA/tls` cannot be read or written.
    #[error("{} cannot be used", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The key file holds no key, or a certificate could not be made.
    #[error("the certificate could not be made")]
    Certificate(#[from] rcgen::Error),
    /// The certificate was made and then refused.
    #[error("the certificate was refused")]
    Refused(#[from] rustls::Error),
}

/// What signs the server's certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Vec<u8>,
    pem_path: PathBuf,
}

impl Authority {
    /// Opens the authority in a folder, or makes it there.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Authority, TlsError> {
        fs::create_dir_all(folder).map_err(|cause| at(folder, cause))?;
        let (key_path, der_path) = (folder.join("ca.key"), folder.join("ca.der"));
        let pem_path = folder.join("ca.pem");
        let params = parameters(now);
        // The certificate is written last: with it, everything is there.
        if !der_path.exists() {
            let key = KeyPair::generate()?;
            let certificate = params.self_signed(&key)?;
            write_secret(&key_path, key.serialize_pem().as_bytes())?;
            write(&pem_path, certificate.pem().as_bytes())?;
            write(&der_path, certificate.der())?;
            tracing::info!("the server's own authority was made");
        }
        let key = fs::read_to_string(&key_path).map_err(|cause| at(&key_path, cause))?;
        let certificate = fs::read(&der_path).map_err(|cause| at(&der_path, cause))?;
        let issuer = Issuer::new(params, KeyPair::from_pem(&key)?);
        Ok(Authority { issuer, certificate, pem_path })
    }

    /// The authority's certificate, DER: what terminals are enrolled with.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Where the certificate lies as PEM, for browsers.
    pub fn pem_path(&self) -> &Path {
        &self.pem_path
    }

    pub(super) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }
}

/// Name and use never change: certificates are issued in this name from the key alone.
fn parameters(now: Timestamp) -> CertificateParams {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Minamo");
    name.push(DnType::CommonName, "Minamo server authority");
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now, VALID_YEARS.years());
    params
}

/// From the day before, because a terminal's clock may be behind.
pub(super) fn set_validity(params: &mut CertificateParams, now: Timestamp, span: Span) {
    let today = Offset::UTC.to_datetime(now).date();
    let [first, last] = [today.saturating_sub(1.day()), today.saturating_add(span)].map(|date| {
        let month = u8::try_from(date.month()).expect("months are 1 to 12");
        let day = u8::try_from(date.day()).expect("days are 1 to 31");
        date_time_ymd(i32::from(date.year()), month, day)
    });
    (params.not_before, params.not_after) = (first, last);
}

fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), TlsError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    write_whole(options.open(path), bytes).map_err(|cause| at(path, cause))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), TlsError> {
    let half = path.with_extension("part");
    write_whole(File::create(&half), bytes)
        .and_then(|()| fs::rename(&half, path))
        .map_err(|cause| at(path, cause))
}

fn write_whole(file: io::Result<File>, bytes: &[u8]) -> io::Result<()> {
    let mut file = file?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn at(path: &Path, cause: io::Error) -> TlsError {
    TlsError::File { path: path.to_owned(), cause }
}
