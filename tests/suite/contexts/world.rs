//! A home directory with contexts in it, and what is made of it.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use goingnats::{
    client::{Credentials, Options, Secret, SecretSource},
    context::{Environment, Error, Flags, Settings, Variables, resolve},
};
use tempfile::TempDir;

/// What the resolver is given. Nothing of the process that runs the tests.
pub struct World {
    folder: TempDir,
    variables: Vec<(String, String)>,
    pub flags: Flags,
}

impl World {
    pub fn new() -> World {
        World {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
            flags: Flags::default(),
        }
    }

    /// Writes a file below the home directory.
    pub fn file(self, path: &str, text: &str) -> World {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Writes a program that everybody finds on the PATH.
    pub fn program(self, name: &str, script: &str) -> World {
        let world = self.file(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        let path = world.path(&format!("bin/{name}"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        let bin = world.path("bin").display().to_string();
        world.variable("PATH", &format!("{bin}:/usr/bin:/bin"))
    }

    /// Saves a context where natscli does.
    pub fn context(self, name: &str, json: &str) -> World {
        self.file(&format!(".config/nats/context/{name}.json"), json)
    }

    /// Selects a context, as natscli does.
    pub fn selected(self, name: &str) -> World {
        self.file(".config/nats/context.txt", name)
    }

    /// One context, and it is selected.
    pub fn with(json: &str) -> World {
        World::new().context("prod", json).selected("prod")
    }

    pub fn variable(mut self, name: &str, value: &str) -> World {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn server(mut self, url: &str) -> World {
        self.flags.server = Some(Secret::new(url));
        self
    }

    pub fn named(mut self, context: &str) -> World {
        self.flags.context = Some(context.to_owned());
        self
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn environment(&self) -> Environment {
        let variables: Variables = self.variables.iter().cloned().collect();
        Environment {
            variables,
            home: Some(self.folder.path().to_owned()),
            working_directory: self.folder.path().to_owned(),
        }
    }

    pub fn resolve(&self) -> Result<Settings, Error> {
        resolve(&self.flags, &self.environment())
    }

    #[track_caller]
    pub fn settings(&self) -> Settings {
        self.resolve().unwrap()
    }

    #[track_caller]
    pub fn options(&self) -> Options {
        self.settings().options().unwrap()
    }

    /// Why there are no options.
    #[track_caller]
    pub fn refusal(&self) -> String {
        let refused = self.resolve().and_then(|settings| settings.options());
        refused.unwrap_err().to_string()
    }

    /// The servers, as they are shown.
    #[track_caller]
    pub fn servers(&self) -> Vec<String> {
        let servers = self.options().servers;
        servers.iter().map(ToString::to_string).collect()
    }

    /// The credentials in one line, paths below the home directory with a `~`.
    #[track_caller]
    pub fn credentials(&self) -> String {
        let options = self.options();
        let home = self.folder.path().display().to_string();
        let source = |source: &SecretSource| match source {
            SecretSource::File(path) => path.display().to_string().replace(&home, "~"),
            SecretSource::Text(text) => format!("text {}", text.reveal()),
        };
        let half = |secret: &Option<Secret>| {
            let half = secret.as_ref().map(|half| format!(" {}", half.reveal()));
            half.unwrap_or_default()
        };
        let credentials = match &options.credentials {
            Credentials::None => "none".to_owned(),
            Credentials::UserPassword { user, password } => {
                format!("user {user}{}", half(password))
            }
            Credentials::Nkey(nkey) => format!("nkey {}", source(nkey)),
            Credentials::Creds(creds) => format!("creds {}", source(creds)),
            Credentials::Jwt { jwt, seed } => format!("jwt {}{}", jwt.reveal(), half(seed)),
        };
        match &options.token {
            Some(token) => format!("{credentials}, token {}", token.reveal()),
            None => credentials,
        }
    }
}
