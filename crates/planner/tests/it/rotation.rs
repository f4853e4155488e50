//! When a certificate is replaced, and when the old one may go.

use insta::assert_snapshot;
use planner::steps::f_certificate::{Certificate, KeyCredential, Removal, Rotation, Source};
use planner::steps::g_integration::{CERTIFICATE_LABEL, Observed as Space, SINCE_LABEL};
use planner::{Desired, Observed, key_id, plan};
use time::Duration;
use time::format_description::well_known::Rfc3339;

use crate::applied::applied;
use crate::plans::{ONE_SUBSCRIPTION, check};
use crate::tenant::{NOW, certificate, spec_with, untouched};

/// A generated pair that ends after so many days, and an integration.
fn desired(days: i64) -> Desired {
    let more = "integration: { space: //captain.api.mondoo.app/spaces/abc, name: Contoso }";
    let spec = spec_with(ONE_SUBSCRIPTION, "generate: { output: keys/mondoo.pem }", more);
    Desired::new(&spec, Source::Held(certificate(days)))
}

/// As an apply of `desired` leaves it, a day later.
fn settled(desired: &Desired) -> Observed {
    let space = Space { has_labels: true, offers_federation: true, ..Space::default() };
    let untouched = Observed { integration: Some(space), ..untouched() };
    let mut observed = applied(&plan(desired, &untouched), untouched);
    let live = &mut observed.integration.as_mut().unwrap().integrations[0];
    live.labels.insert(SINCE_LABEL.to_owned(), NOW.format(&Rfc3339).unwrap());
    live.scan.finished = Some(NOW + Duration::HOUR);
    observed.now = NOW + Duration::DAY;
    observed
}

fn of_certificates(desired: &Desired, observed: &Observed) -> String {
    let text = check(desired, observed);
    let said = |line: &&str| !line.contains(" grants-") && !line.contains(" permission-retired");
    text.lines().filter(said).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_certificate_is_renewed_when_its_time_comes_and_not_before() {
    let renewed = |days: i64| {
        let desired = desired(60);
        let now = NOW + Duration::days(60 - days);
        of_certificates(&desired, &Observed { now, ..settled(&desired) })
    };
    assert_snapshot!(renewed(31), @"25 unchanged");
    assert_snapshot!(renewed(29), @"
    0 F + key and certificate: keys/mondoo.next.pem []
    1 F + trusted certificate: the new one [0]
    2 F ~ key and certificate: keys/mondoo.pem [0 1]
    3 G ~ integration: Contoso [0 1 2]
    4 G + scan: Contoso [3]
    23 unchanged
    ");
}

#[test]
fn a_renewal_stands_beside_the_old_pair_until_it_works() {
    let mut desired = desired(60);
    let mut observed = settled(&desired);
    observed.now = NOW + Duration::days(31);
    assert_snapshot!(of_certificates(&desired, &observed), @"
    0 F + key and certificate: keys/mondoo.next.pem []
    1 F + trusted certificate: the new one [0]
    2 F ~ key and certificate: keys/mondoo.pem [0 1]
    3 G ~ integration: Contoso [0 1 2]
    4 G + scan: Contoso [3]
    23 unchanged
    ");
    // Killed after the new pair was made, after it was trusted, and after Mondoo had it.
    desired.certificate.source = Source::Staged(certificate(400));
    assert_snapshot!(of_certificates(&desired, &observed), @"
    0 F + trusted certificate: CN=mondoo-security (until 2027-12-28) []
    1 F ~ key and certificate: keys/mondoo.pem [0]
    2 G ~ integration: Contoso [0 1]
    3 G + scan: Contoso [2]
    23 unchanged
    ");
    observed.certificate.trusted.push(trusted(400));
    assert_snapshot!(of_certificates(&desired, &observed), @"
    0 F ~ key and certificate: keys/mondoo.pem []
    1 G ~ integration: Contoso [0]
    2 G + scan: Contoso [1]
    24 unchanged
    ");
    let live = &mut observed.integration.as_mut().unwrap().integrations[0];
    live.labels.insert(CERTIFICATE_LABEL.to_owned(), certificate(400).sha256);
    live.labels.insert(SINCE_LABEL.to_owned(), observed.now.format(&Rfc3339).unwrap());
    assert_snapshot!(of_certificates(&desired, &observed), @"
    0 F ~ key and certificate: keys/mondoo.pem []
    1 G + scan: Contoso []
    25 unchanged
    ");
}

#[test]
fn one_that_has_expired_is_replaced_too() {
    let mut desired = desired(60);
    let observed = Observed { now: NOW + Duration::days(61), ..settled(&desired) };
    desired.certificate.source = Source::Expired(desired.certificate.renewal.clone().unwrap());
    assert_snapshot!(of_certificates(&desired, &observed), @"
    0 F + key and certificate: keys/mondoo.next.pem []
    1 F + trusted certificate: the new one [0]
    2 F ~ key and certificate: keys/mondoo.pem [0 1]
    3 G ~ integration: Contoso [0 1 2]
    4 G + scan: Contoso [3]
    23 unchanged
    ");
}

#[test]
fn another_one_is_made_at_once_where_that_is_asked_for() {
    let mut desired = desired(365);
    let observed = settled(&desired);
    desired.certificate.rotation = Rotation { now: true, removal: Removal::Never };
    assert_snapshot!(of_certificates(&desired, &observed), @"
    0 F + key and certificate: keys/mondoo.next.pem []
    1 F + trusted certificate: the new one [0]
    2 F ~ key and certificate: keys/mondoo.pem [0 1]
    3 G ~ integration: Contoso [0 1 2]
    4 G + scan: Contoso [3]
    23 unchanged
    ");
}

#[test]
fn a_machine_with_an_older_pair_leaves_the_newer_one_in_use() {
    let mut desired = desired(365);
    let observed = settled(&desired);
    let older = |source, observed: &Observed| {
        let mut desired = desired.clone();
        desired.certificate.source = source;
        of_certificates(&desired, observed)
    };
    assert_snapshot!(older(Source::Held(certificate(20)), &observed), @"
    25 unchanged
    Note certificate-elsewhere: keys/mondoo.pem here is older than the certificate in use, which another machine has made and given to Mondoo: fetch its pair from there, or have another one made by certificate rotate --now
    ");
    let maker = desired.certificate.renewal.clone().unwrap();
    assert_eq!(
        older(Source::Expired(maker), &observed),
        older(Source::Held(certificate(20)), &observed)
    );
    // When its time comes, whoever runs first renews it.
    let late = Observed { now: NOW + Duration::days(340), ..observed.clone() };
    assert!(older(Source::Held(certificate(20)), &late).contains("mondoo.next.pem"));
    // A file is what somebody has put there on purpose.
    desired.certificate.renewal = None;
    desired.certificate.source = Source::Held(certificate(200));
    assert_snapshot!(of_certificates(&desired, &observed), @"
    0 F + trusted certificate: CN=mondoo-security (until 2027-06-11) []
    1 G ~ integration: Contoso [0]
    2 G + scan: Contoso [1]
    23 unchanged
    ");
}

fn trusted(days: i64) -> KeyCredential {
    let Certificate { sha256, not_after, .. } = certificate(days);
    KeyCredential {
        id: key_id(&sha256),
        thumbprint: sha256[24..].to_uppercase(),
        sha256: None,
        display_name: "mondoo-azure:mondoo-security until then".to_owned(),
        end: not_after,
    }
}

/// What becomes of a certificate of ours that ends earlier than the one in use, by that removal.
fn removed(removal: Removal, change: impl FnOnce(&mut Observed)) -> String {
    let mut desired = desired(365);
    let mut observed = settled(&desired);
    observed.certificate.trusted.push(trusted(10));
    desired.certificate.rotation = Rotation { now: false, removal };
    change(&mut observed);
    of_certificates(&desired, &observed)
}

const GRACE: Duration = Duration::HOUR;

#[test]
fn the_old_one_goes_when_another_has_proven_itself_in_its_place() {
    let superseded = || Removal::Superseded { grace: GRACE };
    assert_snapshot!(removed(superseded(), |_| {}), @"
    0 F - trusted certificate: mondoo-azure:mondoo-security until then (000000000000000000000000000000000000000A) []
    25 unchanged
    ");
    assert_snapshot!(removed(Removal::Never, |_| {}), @"
    25 unchanged
    Note certificate-superseded: trusted certificate mondoo-azure:mondoo-security until then (000000000000000000000000000000000000000A) is of no more use: mondoo-azure certificate rotate removes it
    ");
    let live = |o: &mut Observed| o.integration.as_mut().unwrap().integrations.remove(0);
    let kept = removed(Removal::Superseded { grace: Duration::days(7) }, |_| {});
    assert_snapshot!(kept, @"
    25 unchanged
    Note certificate-kept: trusted certificate mondoo-azure:mondoo-security until then (000000000000000000000000000000000000000A) stays for now: it goes once a scan has proven the one in use and the grace is over, or by --remove-old
    ");
    let with = |change: fn(&mut planner::steps::g_integration::Integration)| {
        removed(superseded(), |o| {
            let mut one = live(o);
            change(&mut one);
            o.integration.as_mut().unwrap().integrations.push(one);
        })
    };
    // No scan since, one that failed, no record, another record.
    assert_eq!(with(|one| one.scan.finished = Some(NOW - Duration::HOUR)), kept);
    assert!(!with(|one| one.scan.errors.push("x".to_owned())).contains(" F - "));
    assert_eq!(with(|one| drop(one.labels.remove(SINCE_LABEL))), kept);
    let other = with(|one| {
        one.labels.insert(CERTIFICATE_LABEL.to_owned(), certificate(10).sha256);
    });
    assert!(!other.contains(" F - "), "{other}");
}

#[test]
fn one_that_has_expired_goes_without_proof_and_foreign_ones_never() {
    let superseded = Removal::Superseded { grace: GRACE };
    assert_snapshot!(removed(superseded, |o| {
        o.integration = None;
        o.certificate.trusted[1].end = NOW;
        let foreign = KeyCredential { display_name: "by hand".to_owned(), end: NOW, ..trusted(5) };
        o.certificate.trusted.push(foreign);
    }), @"
    0 F - trusted certificate: mondoo-azure:mondoo-security until then (000000000000000000000000000000000000000A) []
    24 unchanged
    Warning foreign-hand: certificate by hand of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    Note no-mondoo-access: there is no access to Mondoo's API: apply ends with what to enter in the Mondoo Console; to have it done, set MONDOO_CONFIG_PATH or MONDOO_API_TOKEN (docs/sign-in.md)
    ");
}

#[test]
fn one_that_is_named_goes_unless_it_is_in_use_or_not_ours() {
    let named = |sha256: &str| {
        let thumbprints = vec![sha256.to_owned()];
        removed(Removal::Named { grace: Duration::days(7), thumbprints }, |o| {
            let foreign = KeyCredential { display_name: "by hand".to_owned(), ..trusted(5) };
            o.certificate.trusted.push(foreign);
        })
    };
    assert_snapshot!(named(&certificate(10).sha256), @"
    0 F - trusted certificate: mondoo-azure:mondoo-security until then (000000000000000000000000000000000000000A) []
    25 unchanged
    Warning foreign-hand: certificate by hand of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    ");
    assert_eq!(named(&trusted(10).thumbprint.to_lowercase()), named(&certificate(10).sha256));
    assert_snapshot!(named(&certificate(365).sha256), @"
    25 unchanged
    Warning foreign-hand: certificate by hand of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    Blocks certificate-kept: certificate mondoo-azure:mondoo-security (000000000000000000000000000000000000000000000000000000000000016d) is the one in use: rotate first
    Note certificate-kept: trusted certificate mondoo-azure:mondoo-security until then (000000000000000000000000000000000000000A) stays for now: it goes once a scan has proven the one in use and the grace is over, or by --remove-old
    ");
    assert_snapshot!(named(&certificate(5).sha256), @"
    25 unchanged
    Warning foreign-hand: certificate by hand of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    Blocks certificate-kept: certificate by hand (0000000000000000000000000000000000000000000000000000000000000005) is not ours: whoever made it has to remove it
    Note certificate-kept: trusted certificate mondoo-azure:mondoo-security until then (000000000000000000000000000000000000000A) stays for now: it goes once a scan has proven the one in use and the grace is over, or by --remove-old
    ");
    assert_snapshot!(named(&certificate(99).sha256), @"
    25 unchanged
    Warning foreign-hand: certificate by hand of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    Note certificate-kept: the application trusts no certificate 0000000000000000000000000000000000000000000000000000000000000063 (any more)
    Note certificate-kept: trusted certificate mondoo-azure:mondoo-security until then (000000000000000000000000000000000000000A) stays for now: it goes once a scan has proven the one in use and the grace is over, or by --remove-old
    ");
}
