//! TLS of the server itself. The certificate is read again without a restart: at SIGHUP, and when its
//! files change, as tools that renew certificates change them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use deepfix_config::TlsConfig;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at. A certificate is renewed weeks before its end.
const LOOK: Duration = Duration::from_secs(5);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`[tls] {key}`: {}: {reason}", file.display())]
pub struct TlsError {
    key: &'static str,
    file: PathBuf,
    reason: String,
}

/// The certificate in use. Cheap to clone.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    files: TlsConfig,
    config: ArcSwap<ServerConfig>,
}

/// A certificate that was read and is not yet in use.
pub struct NewCertificate(Arc<ServerConfig>);

/// What shows that a file is another one.
type Seen = [Option<(u64, SystemTime)>; 2];

impl Tls {
    /// Reads the certificate and its key.
    ///
    /// # Errors
    /// One of the files cannot be read, or they do not fit each other.
    pub fn load(files: &TlsConfig) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(Inner {
            config: ArcSwap::from_pointee(read(files)?),
            files: files.clone(),
        })))
    }

    /// Reads them again, and changes nothing.
    ///
    /// # Errors
    /// As [`Tls::load`].
    pub fn read_again(&self) -> Result<NewCertificate, TlsError> {
        Ok(NewCertificate(Arc::new(read(&self.0.files)?)))
    }

    /// Takes up what was read: new connections get the new certificate.
    pub fn take(&self, certificate: NewCertificate, why: &str) {
        self.0.config.store(certificate.0);
        tracing::info!(why, "the certificate was read again");
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.0.config.load_full())
    }

    /// Reads them again when they change, until this is dropped.
    pub(crate) async fn watch(self) {
        let mut taken = self.look().await;
        let mut last = taken;
        loop {
            sleep(LOOK).await;
            let now = self.look().await;
            // Two looks that saw the same: neither file is being written.
            if now == last && now != taken {
                taken = now;
                self.reload_and_tell("files changed");
            }
            last = now;
        }
    }

    /// Reads them again and says in the log how that went.
    fn reload_and_tell(&self, why: &str) {
        match self.read_again() {
            Ok(certificate) => self.take(certificate, why),
            Err(error) => tracing::error!(why, %error, "the old certificate stays"),
        }
    }

    async fn look(&self) -> Seen {
        let files = self.0.files.clone();
        let seen = |file: &Path| {
            let metadata = std::fs::metadata(file).ok()?;
            Some((metadata.len(), metadata.modified().ok()?))
        };
        tokio::task::spawn_blocking(move || [seen(&files.certificate), seen(&files.key)])
            .await
            .unwrap_or_default()
    }
}

fn read(files: &TlsConfig) -> Result<ServerConfig, TlsError> {
    let wrong = |key: &'static str, file: &Path, reason: String| TlsError {
        key,
        file: file.to_owned(),
        reason,
    };
    let of_certificate = |reason: String| wrong("certificate", &files.certificate, reason);
    let of_key = |reason: String| wrong("key", &files.key, reason);
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| of_certificate(error.to_string()))?;
    if chain.is_empty() {
        return Err(of_certificate("holds no certificate in PEM".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| of_key(error.to_string()))?;
    // By name: two providers are in the process, and none of them is the default.
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| of_certificate(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| of_key(error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rcgen::{CertifiedKey, generate_simple_self_signed};

    use super::*;

    fn issue(files: &TlsConfig) {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&files.certificate, cert.pem()).unwrap();
        // Longer each time, so that the change shows whatever the resolution of the file's time.
        let text = fs::read_to_string(&files.key).map_or(0, |it| it.lines().count());
        fs::write(&files.key, signing_key.serialize_pem() + &"\n".repeat(text + 1)).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn files_that_change_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsConfig {
            certificate: folder.path().join("cert.pem"),
            key: folder.path().join("key.pem"),
        };
        issue(&files);
        let tls = Tls::load(&files).unwrap();
        let first = tls.0.config.load_full();
        let watching = tokio::spawn(tls.clone().watch());
        sleep(LOOK * 3).await;
        assert!(Arc::ptr_eq(&first, &tls.0.config.load_full()), "nothing changed");
        issue(&files);
        sleep(LOOK * 4).await;
        assert!(!Arc::ptr_eq(&first, &tls.0.config.load_full()));
        watching.abort();
    }
}
