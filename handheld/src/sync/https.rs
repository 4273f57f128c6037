//! The way over HTTPS (暗号化通信): trusts the utility's own authority and nobody else.

use std::time::Duration;

use shared::wire::{EnrolmentV1, SyncRequest, SyncResponse, decode, encode};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::{SyncError, Transport};

/// A slow line with losses still carries a chunk in this time.
const PATIENCE: Duration = Duration::from_mins(1);
/// A route of 3,000 connections with their history is below this.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The server behind HTTPS.
pub struct Https {
    agent: Agent,
    url: String,
    device: String,
    bearer: String,
}

impl Https {
    /// As the enrolment says.
    pub fn new(enrolment: &EnrolmentV1) -> Https {
        let roots = [Certificate::from_der(&enrolment.authority).to_owned()];
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&roots)).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            .https_only(true)
            .build();
        let token =
            enrolment.token.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Https {
            agent: config.into(),
            url: format!("{}/sync", enrolment.server.trim_end_matches('/')),
            device: enrolment.device.to_string(),
            bearer: format!("Bearer {token}"),
        }
    }
}

impl Transport for Https {
    fn ask(&self, request: &SyncRequest) -> Result<SyncResponse, SyncError> {
        let line = |error: ureq::Error| SyncError::Line(Box::new(error));
        let mut answer = self
            .agent
            .post(&self.url)
            .header("x-minamo-device", &self.device)
            .header("authorization", &self.bearer)
            .header("content-type", "application/octet-stream")
            .send(&encode(request)[..])
            .map_err(line)?;
        let status = answer.status();
        let bytes =
            answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(line)?;
        match decode(&bytes) {
            Ok(response) => Ok(response),
            Err(_) if !status.is_success() => Err(SyncError::Refused("S90".into())),
            Err(error) => Err(SyncError::Answer(error)),
        }
    }
}
