use axum::http::StatusCode;
use serde_json::json;

use crate::graph::Call;
use crate::graph::error::GraphError;
use crate::http::Reply;
use crate::store::Answer;
use crate::timestamps::seconds;

/// The tenant itself, always a collection of one.
pub(super) fn list(call: &Call<'_>) -> Result<Answer, GraphError> {
    let tenant = &call.state.tenant;
    let domains: Vec<_> = tenant.domains.iter().enumerate().map(|(index, name)| {
        json!({
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": index == 0,
            "isInitial": index == 0,
            "name": name,
            "type": "Managed",
        })
    }).collect();
    let organization = json!({
        "id": tenant.id,
        "deletedDateTime": null,
        "businessPhones": [],
        "city": null,
        "country": null,
        "countryLetterCode": "DE",
        "createdDateTime": seconds(tenant.created),
        "defaultUsageLocation": null,
        "displayName": tenant.display_name,
        "marketingNotificationEmails": [],
        "mobileDeviceManagementAuthority": "unknown",
        "onPremisesLastSyncDateTime": null,
        "onPremisesSyncEnabled": null,
        "partnerTenantType": null,
        "postalCode": null,
        "preferredLanguage": "en",
        "privacyProfile": null,
        "provisionedPlans": [],
        "assignedPlans": [],
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": null,
        "street": null,
        "technicalNotificationMails": [],
        "tenantType": "AAD",
        "verifiedDomains": domains,
    });
    let context = format!("{}/v1.0/$metadata#organization", call.url);
    Ok(Reply::json(StatusCode::OK, json!({ "@odata.context": context, "value": [organization] })).into())
}
