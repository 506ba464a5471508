//! What decides who may do what. It is swapped whole when the configuration is read again.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use deepfix_config::{AccessConfig, OidcConfig, RequireKeys, TenantConfig};

use super::{
    Rates,
    token::{Tokens, TokensError},
};

pub(crate) struct Policy {
    pub(crate) access: AccessConfig,
    rates: Rates,
    tenants: HashMap<String, Arc<TenantConfig>>,
    /// Rates of tenants that have their own.
    own_rates: HashMap<String, Rates>,
    oidc: OidcConfig,
    pub(crate) tokens: Option<Tokens>,
}

impl Policy {
    /// Asks nobody for anything.
    pub(crate) fn open() -> Self {
        let access = AccessConfig {
            require_keys: RequireKeys::Never,
            ..AccessConfig::default()
        };
        Self::without_provider(access, &[])
    }

    fn without_provider(access: AccessConfig, tenants: &[TenantConfig]) -> Self {
        let own = |it: &&TenantConfig| it.requests_per_minute.is_some() || it.burst.is_some();
        Self {
            rates: Rates::new(access.requests_per_minute, access.burst),
            own_rates: tenants
                .iter()
                .filter(own)
                .map(|it| {
                    let per_minute = it.requests_per_minute.unwrap_or(access.requests_per_minute);
                    (
                        it.name.clone(),
                        Rates::new(per_minute, it.burst.unwrap_or(access.burst)),
                    )
                })
                .collect(),
            tenants: tenants
                .iter()
                .map(|it| (it.name.clone(), Arc::new(it.clone())))
                .collect(),
            access,
            oidc: OidcConfig::default(),
            tokens: None,
        }
    }

    pub(crate) fn tenant(&self, name: &str) -> Option<&Arc<TenantConfig>> {
        self.tenants.get(name)
    }

    pub(crate) fn tenants(&self) -> impl Iterator<Item = &TenantConfig> {
        self.tenants.values().map(Arc::as_ref)
    }

    pub(crate) fn rates_of(&self, tenant: &str) -> &Rates {
        self.own_rates.get(tenant).unwrap_or(&self.rates)
    }

    /// Forgets who has not asked for long.
    pub(crate) fn forget(&self) {
        self.rates.forget();
        self.own_rates.values().for_each(Rates::forget);
    }
}

/// Changes the policy of a server that runs.
#[derive(Clone)]
pub struct Control(pub(crate) Arc<ArcSwap<Policy>>);

impl Control {
    pub(crate) fn new() -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Policy::open())))
    }

    /// Takes up who may do what, as a configuration says.
    ///
    /// # Errors
    /// As [`Control::prepare`]; then everything stays as it was.
    pub fn apply(&self, access: &AccessConfig, tenants: &[TenantConfig], oidc: &OidcConfig) -> Result<(), TokensError> {
        self.take(self.prepare(access, tenants, oidc)?);
        Ok(())
    }

    /// Makes what a configuration says, and changes nothing. Counts of rates begin anew; keys of an
    /// identity provider that stays the same are kept.
    ///
    /// # Errors
    /// The identity provider cannot be asked as it is configured.
    pub fn prepare(
        &self,
        access: &AccessConfig,
        tenants: &[TenantConfig],
        oidc: &OidcConfig,
    ) -> Result<Prepared, TokensError> {
        let before = self.0.load();
        let mut policy = Policy::without_provider(access.clone(), tenants);
        policy.tokens = match &before.tokens {
            Some(tokens) if before.oidc == *oidc => Some(tokens.clone()),
            _ => Tokens::new(oidc)?,
        };
        policy.oidc = oidc.clone();
        Ok(Prepared(policy))
    }

    /// Takes up what was prepared.
    pub fn take(&self, prepared: Prepared) {
        self.0.store(Arc::new(prepared.0));
    }
}

/// Who may do what, made and not yet taken up.
pub struct Prepared(Policy);
