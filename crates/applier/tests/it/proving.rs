//! How long a sign-in as the application is waited for.

use certificate::{Held, Request, generate};
use planner::Plan;
use planner::steps::f_certificate::Action;
use serde_json::json;

use crate::fake::{Fake, NOW};

fn pair() -> Held {
    let request = Request { subject: "CN=x".to_owned(), key_bits: 3072, validity_days: 90 };
    Held::WithKey(generate(&request, NOW).unwrap())
}

/// A pair is put in its place once it signs in.
fn install() -> Plan {
    let mut plan = Plan::default();
    plan.push(Action::Install { output: "mondoo.pem".into() }, &[]);
    plan
}

fn refusing(code: u32) -> std::sync::Arc<Fake> {
    Fake::new(move |_, _| {
        let error = json!({
            "error": "invalid_client", "error_codes": [code],
            "error_description": format!("AADSTS{code}: no."),
        });
        (401, error)
    })
}

#[tokio::test(start_paused = true)]
async fn what_is_not_known_everywhere_within_ten_minutes_is_left_for_later() {
    let fake = refusing(700_027);
    let outcome = fake.apply_holding(&install(), pair()).await;
    assert_eq!((outcome.failed_count(), outcome.skipped_count()), (0, 1), "{outcome:?}");
    let tries = fake.count("POST");
    assert!((50..=80).contains(&tries), "{tries} tries in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn what_waiting_does_not_mend_fails_at_once() {
    let fake = refusing(7_000_112);
    let outcome = fake.apply_holding(&install(), pair()).await;
    assert_eq!((outcome.failed_count(), outcome.skipped_count()), (1, 0), "{outcome:?}");
    assert_eq!(fake.count("POST"), 1);
}
