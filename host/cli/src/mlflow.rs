//! What `--mlflow-*` and `--tracking-uri` mean.

use std::path::Path;

use deepfix_config::{Config, MlflowServerConfig};
use deepfix_core::{MlflowSource, MlflowTarget};

use crate::args::MlflowArgs;

/// MLflow's own variable for a server.
const URI: &str = "MLFLOW_TRACKING_URI";
/// Where `mlflow` itself keeps runs when nothing is configured, the newer way first.
const DEFAULTS: [&str; 2] = ["mlflow.db", "mlruns"];

impl MlflowArgs {
    /// The one run that is named.
    pub(crate) fn source(&self) -> Option<MlflowSource> {
        let target = None
            .or_else(|| self.mlflow_run.clone().map(MlflowTarget::Run))
            .or_else(|| self.mlflow_dataset.clone().map(MlflowTarget::Dataset))
            .or_else(|| self.mlflow_model.clone().map(MlflowTarget::Model))?;
        Some(MlflowSource {
            tracking_uri: None,
            target,
            write_back: self.write_back,
        })
    }

    /// Whether MLflow is asked for anything.
    pub(crate) fn is_used(&self) -> bool {
        self.source().is_some() || self.mlflow_experiment.is_some()
    }

    /// A flag that has no effect where no run of MLflow is read. MLflow's own variable is none: it stands for all
    /// programs.
    pub(crate) fn given(&self) -> Option<&'static str> {
        if self.write_back {
            return Some("--write-back");
        }
        let flag = self.tracking_uri.as_ref();
        flag.filter(|it| std::env::var(URI).as_ref() != Ok(*it))
            .map(|_| "--tracking-uri")
    }

    /// Makes the server that the user names the default one: who runs the command may reach what he
    /// likes. MLflow's own variables hold the credentials of the server that `MLFLOW_TRACKING_URI`
    /// names, and of no other.
    pub(crate) fn allow(&self, config: &mut Config) {
        let mlflow = &mut config.mlflow;
        mlflow.write_back |= self.write_back;
        if let Some(uri) = &self.tracking_uri {
            mlflow.tracking_uri = Some(uri.clone());
            let set = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
            let bound = std::env::var(URI).is_ok_and(|it| it.trim_end_matches('/') == uri.trim_end_matches('/'));
            let named = |name: &str| (bound && set(name)).then(|| name.to_owned());
            let token_env = named("MLFLOW_TRACKING_TOKEN");
            let username_env = named("MLFLOW_TRACKING_USERNAME").filter(|_| token_env.is_none());
            // Last: an entry of the configuration for the same server comes first.
            mlflow.allow.push(MlflowServerConfig {
                uri: uri.clone(),
                password_env: username_env.as_ref().and_then(|_| named("MLFLOW_TRACKING_PASSWORD")),
                username_env,
                token_env,
                token_file: None,
                ca_file: bound
                    .then(|| std::env::var_os("MLFLOW_TRACKING_SERVER_CERT_PATH"))
                    .flatten()
                    .map(Into::into),
            });
        } else if mlflow.tracking_uri.is_none() {
            let found = DEFAULTS.into_iter().find(|it| Path::new(it).exists());
            mlflow.tracking_uri = found.map(str::to_owned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_for_runs_is_known_where_none_is_read() {
        let none = MlflowArgs::default();
        assert_eq!(none.given(), None);
        let back = MlflowArgs {
            write_back: true,
            ..MlflowArgs::default()
        };
        assert_eq!(back.given(), Some("--write-back"));
        let uri = MlflowArgs {
            tracking_uri: Some("http://of-no-variable.example".to_owned()),
            ..MlflowArgs::default()
        };
        assert_eq!(uri.given(), Some("--tracking-uri"));
    }
}
