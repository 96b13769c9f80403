//! Where the verbs that sign run, and who vouches for them.

use std::fs;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

use sealift_tests::instance::{Instance, LogKind};
use sealift_tests::signing_services::{self, Fault, SigningServers};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a file to sign.
pub(crate) struct World(pub(crate) TempDir);

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "what is signed").unwrap();
        fs::write(folder.path().join("other"), "something else").unwrap();
        fs::write(folder.path().join("password"), "secret\n").unwrap();
        Self(folder)
    }

    pub(crate) fn with_key() -> Self {
        let world = Self::new();
        assert_eq!(world.status(&["generate-key-pair"]), Some(0));
        world
    }

    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = crate::command::sealift(&self.0, arguments);
        command.envs(variables.iter().copied()).output().unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[("COSIGN_PASSWORD", "secret")])
    }

    pub(crate) fn status(&self, arguments: &[&str]) -> Option<i32> {
        self.run(arguments).status.code()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

pub(crate) fn with<'a>(start: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [start, rest].concat()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder where services sign now, with the files that name them.
pub(crate) struct SigningWorld {
    pub(crate) world: World,
    pub(crate) running: SigningServers,
    pub(crate) token: String,
}

impl SigningWorld {
    pub(crate) fn new(log: LogKind, fault: Option<Fault>) -> Self {
        let world = World::with_key();
        #[expect(clippy::disallowed_methods, reason = "the command reads the clock, too")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let now = i64::try_from(now).unwrap();
        let instance = Instance::new("signing", now);
        let running = SigningServers::start(&instance, fault);
        let write = |name: &str, value: Value| {
            fs::write(world.0.path().join(name), value.to_string()).unwrap();
        };
        write("config.json", running.signing_config(log, true));
        write("root.json", instance.trusted_root());
        let token = signing_services::token(&instance, "ada", now + 300);
        fs::write(world.0.path().join("token"), &token).unwrap();
        Self { world, running, token }
    }
}

pub(crate) const SERVED: [&str; 4] =
    ["--signing-config", "config.json", "--trusted-root", "root.json"];
pub(crate) const ADA: [&str; 6] = [
    "--certificate-identity",
    "ada@sealift.test",
    "--certificate-oidc-issuer",
    "https://oidc.sealift.test",
    "--trusted-root",
    "root.json",
];
