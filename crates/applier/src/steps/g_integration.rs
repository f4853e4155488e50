//! Step G.

use std::collections::BTreeMap;

use mondoo::{Configuration, Error, Held, Integration, Mondoo, Schema};
use planner::ChangeId;
use planner::steps::g_integration::{
    ADOPTED_LABEL, Action, CERTIFICATE_LABEL, Federation, INSTALLATION_LABEL, Proof, SINCE_LABEL,
    SignIn, Subscriptions, Update, Wanted,
};
use spec::{IntegrationMrn, SpaceMrn};
use time::format_description::well_known::Rfc3339;

use crate::ApplyError;
use crate::context::Context;
use crate::products::Integration as Made;
use crate::prove::prove;

type Labels = BTreeMap<String, String>;

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    let mondoo = context.mondoo.ok_or(ApplyError::NoMondooAccess)?;
    match action {
        Action::Create(wanted) => create(context, mondoo, change, wanted).await,
        Action::Update(update) => self::update(context, mondoo, change, update).await,
        Action::Assign { space, policy } => {
            Ok(mondoo.assign_policies(space, std::slice::from_ref(policy)).await?)
        }
        Action::Delete { mrn, name: _ } => Ok(mondoo.delete(mrn).await?),
        Action::Scan { name: _, proof } => {
            test(context, change, proof).await?;
            Ok(mondoo.start_scan(&context.products.integration().mrn).await?)
        }
    }
}

async fn create(
    context: &Context<'_>,
    mondoo: &Mondoo,
    change: ChangeId,
    wanted: &Wanted,
) -> Result<(), ApplyError> {
    test(context, change, &wanted.proof).await?;
    let schema = schema(mondoo, &wanted.space).await?;
    let configuration = configuration(context, wanted);
    let labels = labels(context, &schema, Labels::new(), wanted);
    let (space, name) = (&wanted.space, &wanted.name);
    let mrn = match mondoo.create(space, &schema, name, &configuration, &labels).await {
        Ok(mrn) => mrn,
        // It may have been made all the same.
        Err(error @ Error::NoAnswer { .. }) => {
            let found = find(mondoo, space, &schema, &configuration).await?;
            found.ok_or(error)?.mrn
        }
        Err(error) => return Err(error.into()),
    };
    made(context, mondoo, &schema, mrn, &wanted.sign_in).await
}

async fn update(
    context: &Context<'_>,
    mondoo: &Mondoo,
    change: ChangeId,
    update: &Update,
) -> Result<(), ApplyError> {
    let Update { mrn, wanted, labels, .. } = update;
    test(context, change, &wanted.proof).await?;
    let schema = schema(mondoo, &wanted.space).await?;
    let configuration = configuration(context, wanted);
    let mut labels = labels.clone();
    if !labels.contains_key(INSTALLATION_LABEL) {
        labels.insert(ADOPTED_LABEL.to_owned(), "true".to_owned());
    }
    let labels = self::labels(context, &schema, labels, wanted);
    mondoo.update(mrn, &schema, &wanted.name, &configuration, &labels).await?;
    made(context, mondoo, &schema, mrn.clone(), &wanted.sign_in).await
}

/// That the application works, where its key is here to show it. Once per run.
async fn test(context: &Context<'_>, change: ChangeId, proof: &Proof) -> Result<(), ApplyError> {
    let pair = context.products.pair().filter(|_| !context.products.is_proven());
    let Some(pair) = pair else { return Ok(()) };
    prove(context, change, pair, proof).await?;
    context.products.set_proven();
    Ok(())
}

async fn schema(mondoo: &Mondoo, space: &SpaceMrn) -> Result<Schema, ApplyError> {
    let gone = || ApplyError::Changed { what: format!("space {space}") };
    Ok(mondoo.look(space).await?.ok_or_else(gone)?.schema)
}

async fn find(
    mondoo: &Mondoo,
    space: &SpaceMrn,
    schema: &Schema,
    configuration: &Configuration,
) -> Result<Option<Integration>, Error> {
    let integrations = mondoo.integrations(space, schema).await?;
    let Configuration { tenant_id, client_id, .. } = configuration;
    let is_it = |live: &Integration| {
        live.tenant_id.eq_ignore_ascii_case(tenant_id)
            && live.client_id.eq_ignore_ascii_case(client_id)
    };
    Ok(integrations.into_iter().find(is_it))
}

/// Keyless, the application is to trust what the integration says of itself.
async fn made(
    context: &Context<'_>,
    mondoo: &Mondoo,
    schema: &Schema,
    mrn: IntegrationMrn,
    sign_in: &SignIn,
) -> Result<(), ApplyError> {
    let federation = match sign_in {
        SignIn::Certificate { .. } | SignIn::New | SignIn::Kept => None,
        SignIn::Federated => {
            let live = mondoo.integration(&mrn, schema).await?;
            let wif = live.and_then(|live| live.wif).ok_or(ApplyError::NoFederation)?;
            Some(Federation { issuer: wif.issuer, subject: wif.subject })
        }
    };
    context.products.set_integration(Made { mrn, federation });
    Ok(())
}

fn configuration(context: &Context<'_>, wanted: &Wanted) -> Configuration {
    Configuration {
        tenant_id: context.tenant(),
        client_id: context.products.application().app_id.to_string(),
        subscriptions: subscriptions(&wanted.subscriptions),
        scan_vms: wanted.scan_vms,
        secret: match &wanted.sign_in {
            SignIn::Federated => Some(Held::Wif),
            SignIn::Kept => None,
            // One that is not here is one that Mondoo has.
            SignIn::Certificate { .. } | SignIn::New => {
                context.products.pair().map(|pair| Held::Certificate(pair.pem().to_owned().into()))
            }
        },
    }
}

/// A spec has one list at most.
fn subscriptions(wanted: &Subscriptions) -> mondoo::Subscriptions {
    let Subscriptions { allow, deny } = wanted.clone();
    match (allow.is_empty(), deny.is_empty()) {
        (false, _) => mondoo::Subscriptions::Allow(allow.into_iter().collect()),
        (true, false) => mondoo::Subscriptions::Deny(deny.into_iter().collect()),
        (true, true) => mondoo::Subscriptions::All,
    }
}

/// Whose it is, and the record of the certificate that it holds: Mondoo never gives it back.
fn labels(context: &Context<'_>, schema: &Schema, mut labels: Labels, wanted: &Wanted) -> Labels {
    if !schema.offers_labels() {
        return Labels::new();
    }
    labels.insert(INSTALLATION_LABEL.to_owned(), wanted.installation.clone());
    let sha256 = match &wanted.sign_in {
        SignIn::Federated => None,
        SignIn::Kept => return labels,
        SignIn::Certificate { sha256, has_key: _ } => Some(sha256.clone()),
        SignIn::New => context.products.held().map(|held| held.certificate().sha256()),
    };
    let Some(sha256) = sha256 else {
        labels.remove(CERTIFICATE_LABEL);
        labels.remove(SINCE_LABEL);
        return labels;
    };
    let now = context.now().format(&Rfc3339).expect("a time of this millennium");
    if labels.insert(CERTIFICATE_LABEL.to_owned(), sha256.clone()).as_ref() != Some(&sha256) {
        labels.insert(SINCE_LABEL.to_owned(), now);
    }
    labels
}
