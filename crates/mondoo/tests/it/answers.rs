//! What is made of answers that are no data, or not whole.

use mondoo::{Error, Schema};
use serde_json::{Value, json};
use spec::IntegrationMrn;

use crate::fake::{Answer, Fake, SPACE};

/// Reads an integration; `None` where there is none.
async fn read(answer: Answer) -> Result<Option<()>, Error> {
    let mondoo = Fake::new([answer]).mondoo().await;
    let mrn = IntegrationMrn::new("//integration.api.mondoo.app/x".to_owned());
    let read = mondoo.integration(&mrn, &Schema::default()).await;
    read.map(|found| found.map(drop))
}

async fn error(answer: Answer) -> Error {
    read(answer).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn only_what_does_not_exist_is_absent() {
    let none = json!({ "clientIntegration": null });
    for text in [
        "rpc error: code = NotFound desc = no such integration",
        "rpc error: code = Unknown desc = rpc error: code = NotFound desc = no such integration",
    ] {
        assert_eq!(read(Answer::Error(none.clone(), text)).await, Ok(None), "{text}");
        assert_eq!(read(Answer::Error(Value::Null, text)).await, Ok(None), "{text}");
    }
    // Something else that does not exist, or an error that mentions one.
    let some = json!({ "clientIntegration": { "integration": null } });
    let not_found = "rpc error: code = NotFound desc = no such user";
    let internal = "rpc error: code = Internal desc = looking for it: code = NotFound desc = x";
    for answer in [
        Answer::Error(some, not_found),
        Answer::Error(none.clone(), internal),
        Answer::Error(none.clone(), "not found"),
        Answer::Text(404, "404 page not found"),
    ] {
        let line = format!("{answer:?}");
        assert!(matches!(error(answer).await, Error::Refused { .. }), "{line}");
    }
    assert!(matches!(error(Answer::Data(none)).await, Error::Senseless { .. }));
}

#[tokio::test(start_paused = true)]
async fn one_error_among_several_that_is_no_absence_decides() {
    let answer = Answer::Json(json!({ "data": null, "errors": [
        { "message": "rpc error: code = NotFound desc = no such integration" },
        { "message": "rpc error: code = PermissionDenied desc = permission denied" },
    ] }));
    assert!(matches!(error(answer).await, Error::NotPermitted { .. }));
}

#[tokio::test(start_paused = true)]
async fn refusals_are_told_apart() {
    let none = || json!({ "clientIntegration": null });
    let denied = Answer::Error(none(), "rpc error: code = PermissionDenied desc = no access");
    assert_eq!(
        error(denied).await.to_string(),
        "Mondoo's clientIntegration is not permitted: no access"
    );
    let unknown = Answer::Error(none(), "rpc error: code = Unauthenticated desc = who are you");
    assert_eq!(
        error(unknown).await.to_string(),
        "Mondoo's clientIntegration was refused because nobody is signed in: who are you"
    );
    let invalid = Answer::Error(none(), "rpc error: code = InvalidArgument desc = a\n  b");
    assert_eq!(
        error(invalid).await.to_string(),
        "Mondoo's clientIntegration was refused: a b (InvalidArgument)"
    );
    let extension =
        json!({ "errors": [{ "message": "x", "extensions": { "code": "FORBIDDEN" } }] });
    assert!(matches!(error(Answer::Json(extension)).await, Error::NotPermitted { .. }));
    assert!(matches!(error(Answer::Text(401, "no")).await, Error::NotSignedIn { .. }));
    assert!(matches!(error(Answer::Text(403, "no")).await, Error::NotPermitted { .. }));
}

#[tokio::test(start_paused = true)]
async fn errors_in_the_place_of_data_are_errors() {
    let in_place = |kind: &str| {
        let error = json!({ "__typename": kind, "code": "INVALID_ARGUMENT", "message": "why" });
        Answer::Data(json!({ "clientIntegration": error }))
    };
    let refused = error(in_place("RequestError")).await;
    let expected = "Mondoo's clientIntegration was refused: why (INVALID_ARGUMENT)";
    assert_eq!(refused.to_string(), expected);
    let unknown = error(in_place("AuthenticationRequired")).await;
    assert!(matches!(unknown, Error::NotSignedIn { .. }));
    assert_eq!(read(in_place("NotFoundError")).await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn data_with_errors_are_not_whole() {
    let data = json!({ "listClientIntegrations": { "integrations": [] } });
    let fake =
        Fake::new([Answer::Error(data, "rpc error: code = Internal desc = a shard is away")]);
    let space = SPACE.parse().unwrap();
    let listed = fake.mondoo().await.integrations(&space, &Schema::default()).await;
    assert!(matches!(listed, Err(Error::Refused { .. })));
}

#[tokio::test(start_paused = true)]
async fn who_answers_in_the_platforms_place_is_noticed() {
    for answer in [Answer::WebPage(200), Answer::WebPage(403), Answer::Text(200, "hello")] {
        let line = format!("{answer:?}");
        assert!(matches!(error(answer).await, Error::Senseless { .. }), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_space_that_is_not_told_does_not_exist() {
    for answer in [
        Answer::Data(json!({ "space": null, "activePolicies": null })),
        Answer::Error(json!({ "space": null }), "rpc error: code = NotFound desc = no such space"),
    ] {
        let space = SPACE.parse().unwrap();
        assert_eq!(Fake::new([answer]).mondoo().await.look(&space).await, Ok(None));
    }
    let denied = "rpc error: code = PermissionDenied desc = no access";
    let fake = Fake::new([Answer::Error(json!({ "space": null }), denied)]);
    let looked = fake.mondoo().await.look(&SPACE.parse().unwrap()).await;
    assert!(matches!(looked, Err(Error::NotPermitted { .. })));
}

#[tokio::test(start_paused = true)]
async fn no_error_quotes_a_key() {
    let quote = "invalid value {certificate: -----BEGIN PRIVATE KEY-----\nMIIhunter2}";
    let text = error(Answer::Error(Value::Null, quote)).await.to_string();
    assert!(!text.contains("hunter2"), "{text}");
    assert!(text.contains("it quotes a private key"), "{text}");
}
