//! Everything that is read from this machine before a service is asked.

use std::io::Read;
use std::path::{Path, PathBuf};

use certificate::{FileError, Held, KeyPair, PemError};
use observer::steps::f_certificate as source;
use planner::steps::f_certificate::{Maker, Source};
use planner::{Desired, Steps};
use spec::{AppId, CertificateSource, Spec, SpecDigest};
use time::OffsetDateTime;

use crate::arguments::{DEFAULT_SPEC, KeyFile, Target};
use crate::exit::{Exit, Failure};
use crate::render::proposal::in_quotes;
use crate::render::spec_errors;
use crate::tracked_key;

/// A spec that can be used, and what its certificate source holds.
pub(crate) struct Inputs {
    pub desired: Desired,
    /// Of what the spec means.
    pub digest: SpecDigest,
    /// Where relative paths of the spec begin.
    pub directory: PathBuf,
    pub held: Option<Held>,
    /// This run hands keys on: they are read where they are kept, and not before.
    pub reads_keys: bool,
    pub source: CertificateSource,
}

impl Inputs {
    /// The spec of a command that talks to Azure, and what its flags add to it.
    pub(crate) fn of_target(target: &Target) -> Result<Inputs, Failure> {
        let mut inputs = Inputs::read(&target.spec, &target.key, OffsetDateTime::now_utc())?;
        inputs.desired.application.purge_deleted = target.purge_deleted;
        inputs.desired.only = target.only.steps();
        if target.allow_command {
            inputs.run_command(OffsetDateTime::now_utc())?;
        }
        Ok(inputs)
    }

    /// No spec yet: an application by its client id, whoever made it, in no scope.
    pub(crate) fn of_application(
        app_id: AppId,
        tenant: &str,
        name: &str,
    ) -> Result<Inputs, Failure> {
        let text = format!(
            "version: 1\nname: {name}\ntenant: {}\nscopes: [tenantRoot: true]\n\
             certificate: {{ source: {{ environment: NONE }} }}\n",
            in_quotes(tenant)
        );
        let spec = Spec::parse(&text).map_err(|errors| {
            let messages = errors.as_slice().iter().map(|error| error.message.clone());
            Failure::several(Exit::BadInput, messages.collect())
                .hint("name the tenant by its id or by one of its verified domains")
        })?;
        // Nothing is known of its certificate, and nothing is planned by this.
        let mut desired = Desired::new(&spec, Source::Federated);
        desired.scopes.clear();
        desired.application.adopt = Some(app_id);
        let (digest, source) = (spec.digest(), CertificateSource::Federated);
        let directory = PathBuf::new();
        Ok(Inputs { desired, digest, directory, held: None, reads_keys: false, source })
    }

    /// The spec of a command that changes nothing, here or in Azure.
    pub(crate) fn of_reader(path: &Path, only: Steps) -> Result<Inputs, Failure> {
        let key = KeyFile { allow_tracked_key: true };
        let mut inputs = Inputs::read(path, &key, OffsetDateTime::now_utc())?;
        inputs.desired.only = only;
        Ok(inputs)
    }

    /// The spec of a run for which it does not matter what the certificate's source holds, or whether
    /// it is there.
    pub(crate) fn without_certificate(path: &Path) -> Result<Inputs, Failure> {
        let spec = read_spec(path)?;
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        let desired = Desired::new(&spec, Source::Federated);
        let (digest, source) = (spec.digest(), spec.certificate.source);
        Ok(Inputs { desired, digest, directory, held: None, reads_keys: false, source })
    }

    pub(crate) fn read(path: &Path, key: &KeyFile, now: OffsetDateTime) -> Result<Inputs, Failure> {
        let spec = read_spec(path)?;
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        let (source, held) = source::read_source(&spec, &directory, now)
            .map_err(|error| bad_certificate(&error, &spec))?;
        let desired = Desired::new(&spec, source);
        if let Some(file) = desired.certificate.writes(now)
            && !key.allow_tracked_key
        {
            tracked_key::refuse(&directory.join(file))?;
        }
        let (digest, source) = (spec.digest(), spec.certificate.source);
        Ok(Inputs { desired, digest, directory, held, reads_keys: false, source })
    }

    /// Takes what the source's command prints, in place of planning to run it.
    fn run_command(&mut self, now: OffsetDateTime) -> Result<(), Failure> {
        let wanted = &mut self.desired.certificate;
        let (Source::Make(Maker::Command(command)) | Source::Expired(Maker::Command(command))) =
            &wanted.source
        else {
            return Ok(());
        };
        let run = certificate::Command {
            program: command.program.clone(),
            arguments: command.arguments.clone(),
            directory: self.directory.clone(),
            limit: certificate::COMMAND_LIMIT,
        };
        let pair = run
            .run(now)
            .map_err(|error| Failure::new(Exit::BadInput, error.to_string()).hint(error.hint()))?;
        let held = Held::WithKey(pair);
        let output = command.output.as_ref();
        wanted.copy = output.and_then(|output| source::copy(output, &self.directory, &held, now));
        wanted.source = Source::Held(source::facts(&held));
        self.held = Some(held);
        Ok(())
    }

    /// What the source holds after an apply, which may have made another pair and put it in its place.
    pub(crate) fn now_holds(&mut self, pair: Option<&KeyPair>) {
        let wanted = &mut self.desired.certificate;
        wanted.copy = None;
        wanted.rotation.now = false;
        if let Some(pair) = pair {
            wanted.source = Source::Held(source::facts(&Held::WithKey(pair.clone())));
        }
    }

    /// The spec, and its certificate with the key: to sign in as the application.
    pub(crate) fn of_verifier(path: &Path, now: OffsetDateTime) -> Result<Verifier, Failure> {
        let spec = read_spec(path)?;
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        let pair = read_pair(&spec, &directory, now).map_err(|error| no_pair(&error, &spec))?;
        let held = pair.clone().map(Held::WithKey);
        let facts = held.as_ref().map(source::facts);
        let desired = Desired::new(&spec, facts.map_or(Source::Federated, Source::Held));
        let (digest, source) = (spec.digest(), spec.certificate.source);
        let inputs = Inputs { desired, digest, directory, held, reads_keys: false, source };
        Ok(Verifier { inputs, pair })
    }
}

/// What it takes to sign in as the application.
pub(crate) struct Verifier {
    pub inputs: Inputs,
    /// None, where the spec is keyless.
    pub pair: Option<KeyPair>,
}

/// None, where the spec is keyless.
fn read_pair(
    spec: &Spec,
    directory: &Path,
    now: OffsetDateTime,
) -> Result<Option<KeyPair>, FileError> {
    let pair = match &spec.certificate.source {
        CertificateSource::File(file) => KeyPair::read(&directory.join(file), now),
        CertificateSource::Generate(new) => KeyPair::read(&directory.join(&new.output), now),
        CertificateSource::Environment(variable) => {
            let path = PathBuf::from(format!("${variable}"));
            let pem = source::variable(variable)?;
            KeyPair::parse(&pem, now).map_err(|reason| FileError::Unusable { path, reason })
        }
        CertificateSource::Command(spec::Command { output, .. })
        | CertificateSource::KeyVault(spec::VaultCertificate { output, .. }) => {
            let Some(output) = output else {
                let reason = std::io::Error::other("the source has no `output`");
                return Err(FileError::Unreadable { path: PathBuf::from("the key"), reason });
            };
            KeyPair::read(&directory.join(output), now)
        }
        CertificateSource::Federated => return Ok(None),
    };
    pair.map(Some)
}

/// A certificate that is enough to be trusted is not enough to sign in with.
fn no_pair(error: &FileError, spec: &Spec) -> Failure {
    let hint = match (error, &spec.certificate.source) {
        (FileError::Unusable { path, reason: PemError::NoKey }, _) => format!(
            "verify signs in with the private key: run it where the key is, or add the key to {}",
            path.display()
        ),
        (FileError::Unreadable { path, .. }, CertificateSource::Generate(_)) => format!(
            "apply makes {}: run it first, or verify on the machine that has the file",
            path.display()
        ),
        (
            FileError::Unreadable { .. },
            CertificateSource::KeyVault(_) | CertificateSource::Command(_),
        ) => {
            "verify signs in with the private key: give the source an `output`, where apply writes \
              it"
            .to_owned()
        }
        _ => return bad_certificate(error, spec),
    };
    Failure::new(Exit::BadInput, error.to_string()).hint(hint)
}

pub(crate) fn read_spec(path: &Path) -> Result<Spec, Failure> {
    let text = read_text(path)?;
    Spec::parse(&text).map_err(|errors| {
        Failure::several(Exit::BadInput, spec_errors::render(path, &text, &errors))
    })
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let failed = |message: String| {
        Failure::new(Exit::BadInput, format!("{} cannot be read: {message}", path.display()))
    };
    let metadata = std::fs::metadata(path).map_err(|error| {
        let failure = failed(error.to_string());
        if path == Path::new(DEFAULT_SPEC) {
            failure.hint("name a spec, or write one with this name; examples/ has some")
        } else {
            failure.hint("name a spec that is there")
        }
    })?;
    if metadata.is_dir() {
        return Err(failed("it is a directory".to_owned()).hint("name the spec in it"));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    let read = file.take(spec::MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > spec::MAX_BYTES {
        return Err(failed("it is larger than 1 MiB, which no spec is".to_owned())
            .hint("name a spec: YAML of some hundred lines at most"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        failed(format!("it is not UTF-8 from byte {at} on")).hint("save it as UTF-8")
    })
}

fn bad_certificate(error: &FileError, spec: &Spec) -> Failure {
    let hint = match (&spec.certificate.source, error) {
        (CertificateSource::Environment(variable), _) => {
            format!("set {variable} to a certificate in PEM, alone or with its key")
        }
        (
            CertificateSource::Generate(_),
            FileError::Unusable { path, reason: PemError::Expired(_) },
        ) => format!("move {} away: then a new one is made", path.display()),
        (_, FileError::Unusable { path, reason }) => reason.hint(path),
        (CertificateSource::Federated, _) => "use another source".to_owned(),
        (CertificateSource::File(_), FileError::Unreadable { .. }) => {
            "put the certificate there, or use `source: { generate: … }` to have one made"
                .to_owned()
        }
        (
            CertificateSource::Generate(_)
            | CertificateSource::KeyVault(_)
            | CertificateSource::Command(_),
            FileError::Unreadable { .. },
        ) => "make the directory, or make it readable and writable, or name another output"
            .to_owned(),
    };
    Failure::new(Exit::BadInput, error.to_string()).hint(hint)
}
