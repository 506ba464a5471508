//! Which servers and stores may be reached, and with what.

use std::{path::PathBuf, sync::Arc, sync::Mutex, time::Duration};

use crate::{MlflowError, client::Client, location::Location, retry::Retries};

/// What is reached and how much of it is read.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server or store of requests that name none.
    pub tracking_uri: Option<String>,
    /// Servers and stores that may be reached beside `tracking_uri`, and the credentials of any.
    pub servers: Vec<ServerSettings>,
    /// Requests and downloads that one server gets at once.
    pub max_downloads: usize,
    /// The largest file that is downloaded.
    pub max_artifact: u64,
    /// Points of all metrics of one run.
    pub max_points: usize,
    /// How long a server may keep still.
    pub timeout: Duration,
    /// The largest JSON answer: a page of 5,000 points has about 650 kB, one of 100 runs with thousands of parameters
    /// some megabytes.
    pub max_answer: u64,
    /// How often a read is asked again when a connection dropped or the server was busy.
    pub retries: Retries,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tracking_uri: None,
            servers: Vec::new(),
            max_downloads: 4,
            max_artifact: 2 << 30,
            max_points: 5_000_000,
            timeout: Duration::from_secs(30),
            max_answer: 32 << 20,
            retries: Retries::default(),
        }
    }
}

/// One server that may be reached, with its own credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSettings {
    /// The tracking URI.
    pub uri: String,
    /// The environment variable with the user's name, for basic authentication.
    pub username_env: Option<String>,
    /// The environment variable with the password.
    pub password_env: Option<String>,
    /// The environment variable with a bearer token.
    pub token_env: Option<String>,
    /// A file with a bearer token.
    pub token_file: Option<PathBuf>,
    /// Certificates in PEM that are trusted for this server beside those of the system.
    pub ca_file: Option<PathBuf>,
}

/// The list of what may be reached.
pub(crate) struct Access {
    allowed: Vec<Allowed>,
    default: Option<usize>,
}

struct Allowed {
    location: Location,
    server: ServerSettings,
    /// Made when it is first used: not before are credentials read.
    client: Mutex<Option<Arc<Client>>>,
}

impl Access {
    /// # Errors
    /// A URI cannot be read.
    pub(crate) fn new(settings: &Settings) -> Result<Self, MlflowError> {
        let mut access = Self {
            allowed: Vec::new(),
            default: None,
        };
        for server in &settings.servers {
            let location = parse(&server.uri)?;
            access.allowed.push(Allowed {
                location,
                server: server.clone(),
                client: Mutex::default(),
            });
        }
        if let Some(uri) = &settings.tracking_uri {
            let location = parse(uri)?;
            let place = access.allowed.iter().position(|it| it.location == location);
            access.default = Some(place.unwrap_or(access.allowed.len()));
            if place.is_none() {
                access.allowed.push(Allowed {
                    location,
                    server: ServerSettings {
                        uri: uri.clone(),
                        ..ServerSettings::default()
                    },
                    client: Mutex::default(),
                });
            }
        }
        Ok(access)
    }

    /// The location that a request names, if it may be reached; the default one for none.
    pub(crate) fn location(&self, uri: Option<&str>) -> Result<&Location, MlflowError> {
        Ok(&self.find(uri)?.location)
    }

    /// The client of an allowed server.
    pub(crate) fn client(&self, uri: Option<&str>, settings: &Settings) -> Result<Arc<Client>, MlflowError> {
        let allowed = self.find(uri)?;
        let Location::Server(base) = &allowed.location else {
            // It is allowed: another entry of the configuration would change nothing.
            return Err(MlflowError::NoServer {
                uri: allowed.location.to_string(),
            });
        };
        // A panic while the lock is held leaves a client or none: either is fine.
        let mut client = allowed.client.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(client) = &*client {
            return Ok(Arc::clone(client));
        }
        let new = Arc::new(Client::new(base, &allowed.server, settings)?);
        *client = Some(Arc::clone(&new));
        Ok(new)
    }

    fn find(&self, uri: Option<&str>) -> Result<&Allowed, MlflowError> {
        match uri {
            None => self
                .default
                .and_then(|it| self.allowed.get(it))
                .ok_or(MlflowError::NotConfigured),
            Some(uri) => {
                let location = parse(uri)?;
                self.allowed
                    .iter()
                    .find(|it| it.location == location)
                    .ok_or_else(|| MlflowError::NotAllowed {
                        uri: location.to_string(),
                    })
            }
        }
    }
}

fn parse(uri: &str) -> Result<Location, MlflowError> {
    Location::parse(uri).map_err(|reason| MlflowError::BadUri {
        uri: without_credentials(uri),
        reason,
    })
}

/// A URI for a message: what stands before an `@` may be a password.
fn without_credentials(uri: &str) -> String {
    match uri.rsplit_once('@') {
        Some((_, rest)) => format!("...@{rest}"),
        None => uri.chars().take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> Access {
        Access::new(&Settings {
            tracking_uri: Some("http://default.example".into()),
            servers: vec![ServerSettings {
                uri: "https://other.example/ml/".into(),
                ..ServerSettings::default()
            }],
            ..Settings::default()
        })
        .unwrap()
    }

    #[test]
    fn only_what_the_configuration_names_may_be_reached() {
        let access = access();
        assert!(access.location(None).is_ok());
        assert!(access.location(Some("https://OTHER.example/ml")).is_ok());
        for uri in [
            "https://other.example",
            "https://other.example/ml/../x",
            "https://other.example.evil.example/ml",
            "http://other.example/ml",
            "http://169.254.169.254",
            "/etc",
            "sqlite:////etc/passwd",
        ] {
            let error = access.location(Some(uri)).unwrap_err();
            assert!(matches!(error, MlflowError::NotAllowed { .. }), "{uri}: {error}");
        }
        let error = access.location(Some("http://u:hunter2@default.example")).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn a_store_on_disk_that_is_allowed_is_no_server_and_said_to_be_none() {
        for uri in ["sqlite:////tmp/mlflow.db", "/tmp/mlruns", "file:///tmp/mlruns"] {
            let settings = Settings {
                tracking_uri: Some(uri.into()),
                ..Settings::default()
            };
            let client = Access::new(&settings).unwrap().client(None, &settings);
            let error = client.map(drop).unwrap_err();
            assert!(matches!(error, MlflowError::NoServer { .. }), "{uri}: {error}");
            let said = error.to_string();
            assert!(
                said.contains("mlflow server --backend-store-uri") && !said.contains("allow"),
                "{said}"
            );
            assert!(crate::Recorder::check(&settings).is_err());
        }
        let server = Settings {
            tracking_uri: Some("http://127.0.0.1:9".into()),
            ..Settings::default()
        };
        assert!(crate::Recorder::check(&server).is_ok(), "nothing is sent");
    }

    #[test]
    fn without_a_configured_server_a_request_cannot_name_one() {
        let access = Access::new(&Settings::default()).unwrap();
        assert!(matches!(access.location(None), Err(MlflowError::NotConfigured)));
        let error = access.location(Some("http://a.example")).unwrap_err().to_string();
        assert!(error.contains("add `{ uri = \"http://a.example\" }`"), "{error}");
    }
}
