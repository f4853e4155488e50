//! Starting, stopping, and what survives.

use std::sync::{Arc, Mutex};

use emulator::{Sandbox, StartError, reset};
use reqwest::Version;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Tenant, client_builder, fresh_directory, now, options};

async fn start(directory: &TempDir) -> Result<Sandbox, StartError> {
    Sandbox::start(options(directory.path(), &Arc::new(Mutex::new(now())))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_write_survives_a_restart() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("kept").await;
    let tenant = tenant.restart().await;
    assert_eq!(tenant.get(&format!("/v1.0/applications/{id}")).await.text("/displayName"), "kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_the_authority_survive_a_restart() {
    let tenant = Tenant::start().await;
    let token = tenant.operator_token("https://graph.microsoft.com/.default").await;
    let authority = std::fs::read(tenant.sandbox.ca_file()).unwrap();
    let tenant = tenant.restart().await;
    assert_eq!(tenant.call_as(&token, "GET", "/v1.0/organization", &[], None).await.status, 200);
    assert_eq!(std::fs::read(tenant.sandbox.ca_file()).unwrap(), authority);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_cut_off_is_dropped() {
    let directory = fresh_directory();
    let log = directory.path().join("state.jsonl");
    let whole = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, format!("{whole}[{{\"ApplicationRemo")).unwrap();
    start(&directory).await.unwrap().stop().await;
    assert_eq!(std::fs::read_to_string(&log).unwrap(), whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_line_is_named_and_nothing_is_changed() {
    let directory = fresh_directory();
    let log = directory.path().join("state.jsonl");
    let mut lines: Vec<String> =
        std::fs::read_to_string(&log).unwrap().lines().map(str::to_owned).collect();
    lines[2] = "[{\"Nonsense\":1}]".to_owned();
    let damaged = lines.join("\n") + "\n";
    std::fs::write(&log, &damaged).unwrap();
    let error = start(&directory).await.err().unwrap();
    assert!(
        matches!(&error, StartError::Damaged { file, line: 3, .. } if *file == log),
        "{error:?}"
    );
    assert!(error.to_string().contains("mondoo-azure sandbox reset"), "{error}");
    assert_eq!(std::fs::read_to_string(&log).unwrap(), damaged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_another_format_and_a_lost_secret_are_damage_too() {
    let directory = fresh_directory();
    let log = directory.path().join("state.jsonl");
    let whole = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, whole.replacen("\"format\":1", "\"format\":2", 1)).unwrap();
    let error = start(&directory).await.err().unwrap();
    assert!(
        matches!(&error, StartError::Damaged { file, line: 1, .. } if *file == log),
        "{error:?}"
    );

    std::fs::write(&log, whole).unwrap();
    let secret = directory.path().join("operator.secret");
    std::fs::remove_file(&secret).unwrap();
    let error = start(&directory).await.err().unwrap();
    assert!(matches!(&error, StartError::Damaged { file, .. } if *file == secret), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_serves_one_process_at_a_time() {
    let tenant = Tenant::start().await;
    let error = start(&tenant.directory).await.err().unwrap();
    assert!(matches!(error, StartError::Locked { .. }), "{error:?}");
    let error = reset(tenant.directory.path()).unwrap_err();
    assert!(matches!(error, StartError::Locked { .. }), "{error:?}");
}

/// On one thread, so that the connection's own task cannot have ended yet.
#[tokio::test]
async fn a_dropped_sandbox_releases_its_directory_at_once() {
    let tenant = Tenant::start().await;
    drop(tenant.sandbox);
    reset(tenant.directory.path()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_leaves_other_files_and_the_next_start_makes_another_tenant() {
    let tenant = Tenant::start().await;
    tenant.application("gone").await;
    let secret = tenant.sandbox.operator().client_secret.expose().to_owned();
    let directory = tenant.directory;
    tenant.sandbox.stop().await;
    std::fs::write(directory.path().join("notes.txt"), "mine").unwrap();
    reset(directory.path()).unwrap();
    assert!(directory.path().join("notes.txt").exists());

    let tenant = Tenant::start_in(directory).await;
    assert_ne!(tenant.sandbox.operator().client_secret.expose(), secret);
    let found = tenant.get("/v1.0/applications?$filter=displayName eq 'gone'").await;
    assert_eq!(found.list("/value"), Vec::<serde_json::Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_addresses_than_loopback_are_refused() {
    let directory = TempDir::new().unwrap();
    let mut options = options(directory.path(), &Arc::new(Mutex::new(now())));
    options.listen = "0.0.0.0:0".parse().unwrap();
    let error = Sandbox::start(options).await.err().unwrap();
    assert!(matches!(error, StartError::NotLoopback { .. }), "{error:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn keys_and_secrets_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().unwrap();
    start(&directory).await.unwrap().stop().await;
    let modes = std::fs::read_dir(directory.path()).unwrap().map(|file| {
        let file = file.unwrap();
        (
            file.file_name().into_string().unwrap(),
            file.metadata().unwrap().permissions().mode() & 0o777,
        )
    });
    let mut open: Vec<_> = modes.filter(|(_, mode)| *mode != 0o600).map(|(name, _)| name).collect();
    open.retain(|name| name != "lock");
    assert_eq!(open, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_http_are_served() {
    let tenant = Tenant::start().await;
    let one = || client_builder(tenant.sandbox.ca_file());
    let url = tenant.url("/metadata/endpoints?api-version=2022-09-01");
    for (client, version) in [(one(), Version::HTTP_2), (one().http1_only(), Version::HTTP_11)] {
        let response = client.build().unwrap().get(&url).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (200, version));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_route() {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.delete("/_sandbox/requests").await.status, 204);
    tenant.get("/v1.0/applications?$top=1").await;
    tenant.get("/v1.0/applications?$top=2").await;
    tenant.operator_token("https://management.azure.com/.default").await;
    tenant.get("/metadata/endpoints?api-version=2022-09-01").await;
    let one = json!({ "id": "1", "method": "GET", "url": "/applications" });
    tenant.post("/v1.0/$batch", json!({ "requests": [one] })).await;
    let expected = json!({
        "total": 5,
        "by_route": {
            "GET /v1.0/applications": 2,
            "POST /{tenant}/oauth2/v2.0/token": 1,
            "GET /metadata/endpoints": 1,
            "POST /v1.0/$batch": 1,
        },
    });
    assert_eq!(tenant.get("/_sandbox/requests").await.body, expected);
    assert_eq!(tenant.get("/_sandbox/requests").await.body, expected);
}
